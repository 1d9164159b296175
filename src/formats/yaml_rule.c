/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "formats/yaml_rule.h"

#include "base/error.h"
#include "formats/yaml_check.h"
#include "formats/yaml_copies.h"
#include "formats/yaml_match.h"
#include "formats/yaml_postpone.h"
#include "formats/yaml_tables.h"

#include <string.h>

struct MgYamlRule {
    gchar *name;
    MgYamlMatch *match;
    MgYamlPostpone postpone;
    gboolean attach;
    gchar *attachment_name; /* (nullable): the request's own default */
    gchar *template_name;   /* (nullable): the directive's */
    gchar *subject;         /* (nullable) */
    gchar *body;            /* (nullable) */
    MgTable *columns;       /* (nullable): one table for every event_data_format */
    GHashTable *tables;     /* (nullable): event_data_format → MgTable */
    MgYamlCopies *copies;
    MgYamlSubstitutions *substitutions;
};

typedef struct {
    MgYamlRule *rule;
    GHashTable *titles;
} Reader;

void mg_yaml_rule_free(MgYamlRule *rule)
{
    if (rule == NULL)
        return;
    g_free(rule->name);
    mg_yaml_match_free(rule->match);
    g_free(rule->attachment_name);
    g_free(rule->template_name);
    g_free(rule->subject);
    g_free(rule->body);
    mg_table_free(rule->columns);
    g_clear_pointer(&rule->tables, g_hash_table_unref);
    mg_yaml_copies_free(rule->copies);
    mg_yaml_substitutions_free(rule->substitutions);
    g_free(rule);
}

static gboolean has_control_character(const gchar *text)
{
    for (; *text != '\0'; text++)
        if (g_ascii_iscntrl(*text))
            return TRUE;
    return FALSE;
}

static void read_name(gpointer target, const MgYamlNode *value, MgYamlComplaints *complaints)
{
    Reader *reader = target;
    const gchar *text = mg_yaml_check_text(value, "'name'", complaints);

    if (text == NULL)
        return;
    if (*text == '\0' || has_control_character(text)) {
        mg_yaml_check_complain(value, complaints, "'name' must be one line of text");
        return;
    }
    g_free(reader->rule->name);
    reader->rule->name = g_strdup(text);
}

static void read_match(gpointer target, const MgYamlNode *value, MgYamlComplaints *complaints)
{
    Reader *reader = target;

    mg_yaml_match_read(reader->rule->match, value, "'match'", complaints);
}

static void read_postpone(gpointer target, const MgYamlNode *value, MgYamlComplaints *complaints)
{
    Reader *reader = target;

    mg_yaml_postpone_read(&reader->rule->postpone, value, complaints);
}

static void read_data(gpointer target, const MgYamlNode *value, MgYamlComplaints *complaints)
{
    Reader *reader = target;

    mg_yaml_copies_read_data(value, &reader->rule->attach, complaints);
}

static gboolean is_file_name(const gchar *text)
{
    return *text != '\0' && strlen(text) <= 255 && strpbrk(text, "/\\") == NULL &&
           !has_control_character(text) && !g_str_equal(text, ".") && !g_str_equal(text, "..");
}

/* The mail carries it to programs that save files under it. */
static void read_attachment_name(gpointer target, const MgYamlNode *value,
                                 MgYamlComplaints *complaints)
{
    Reader *reader = target;
    const gchar *text = mg_yaml_check_text(value, "'attachment_name'", complaints);
    g_autofree gchar *quoted = NULL;

    if (text == NULL)
        return;
    if (is_file_name(text)) {
        reader->rule->attachment_name = g_strdup(text);
        return;
    }
    quoted = mg_error_quote(text);
    mg_yaml_check_complain(value, complaints,
                           "'attachment_name' must be a plain file name without slashes, but is %s",
                           quoted);
}

/* As the template store has it, which still looks whether links lead out. */
static gboolean is_template_name(const gchar *text)
{
    g_auto(GStrv) parts = g_strsplit(text, "/", -1);

    for (gsize i = 0; parts[i] != NULL; i++)
        if (!is_file_name(parts[i]))
            return FALSE;
    return parts[0] != NULL;
}

static void read_template(gpointer target, const MgYamlNode *value, MgYamlComplaints *complaints)
{
    Reader *reader = target;
    const gchar *text = mg_yaml_check_text(value, "'template'", complaints);
    g_autofree gchar *quoted = NULL;

    if (text == NULL)
        return;
    if (is_template_name(text)) {
        reader->rule->template_name = g_strdup(text);
        return;
    }
    quoted = mg_error_quote(text);
    mg_yaml_check_complain(value, complaints,
                           "'template' must name a file inside the template directory, but is %s",
                           quoted);
}

static void read_tables(gpointer target, const MgYamlNode *value, MgYamlComplaints *complaints)
{
    Reader *reader = target;

    reader->rule->tables = mg_yaml_tables_read(value, reader->titles, complaints);
}

static void read_columns(gpointer target, const MgYamlNode *value, MgYamlComplaints *complaints)
{
    Reader *reader = target;

    reader->rule->columns =
        mg_yaml_tables_read_columns(value, "columns", reader->titles, complaints);
}

static void read_copies(gpointer target, const MgYamlNode *value, MgYamlComplaints *complaints)
{
    Reader *reader = target;

    mg_yaml_copies_read(reader->rule->copies, value, complaints);
}

static void read_substitutions(gpointer target, const MgYamlNode *value,
                               MgYamlComplaints *complaints)
{
    Reader *reader = target;

    mg_yaml_substitutions_read(reader->rule->substitutions, value, complaints);
}

/* Stripped as the parts of a template file are (contract 6). */
static void read_subject(gpointer target, const MgYamlNode *value, MgYamlComplaints *complaints)
{
    Reader *reader = target;
    const gchar *text = mg_yaml_check_text(value, "'subject'", complaints);

    if (text == NULL)
        return;
    mg_yaml_substitutions_check_template(value, "'subject'", complaints);
    reader->rule->subject = g_strstrip(g_strdup(text));
    if (*reader->rule->subject == '\0' || has_control_character(reader->rule->subject))
        mg_yaml_check_complain(value, complaints, "'subject' must be one line of text");
}

static void read_body(gpointer target, const MgYamlNode *value, MgYamlComplaints *complaints)
{
    Reader *reader = target;
    const gchar *text = mg_yaml_check_text(value, "'body'", complaints);
    g_autofree gchar *stripped = NULL;

    if (text == NULL)
        return;
    mg_yaml_substitutions_check_template(value, "'body'", complaints);
    stripped = g_strstrip(g_strdup(text));
    reader->rule->body = g_strconcat(stripped, "\n", NULL);
}

static const MgYamlField fields[] = {
    {"name", read_name},
    {"match", read_match, "; write \"match: {}\" for one that answers for every directive"},
    {"postpone", read_postpone},
    {"data", read_data},
    {"attachment_name", read_attachment_name},
    {"template", read_template},
    {"subject", read_subject},
    {"body", read_body},
    {"tables", read_tables},
    {"columns", read_columns},
    {"copies", read_copies},
    {"substitutions", read_substitutions},
    {NULL},
};

static void check_pair(const MgYamlNode *node, const gchar *key, const gchar *partner,
                       gboolean together, MgYamlComplaints *complaints)
{
    const MgYamlNode *value = mg_yaml_node_lookup(node, key);
    gboolean has_partner = mg_yaml_node_lookup(node, partner) != NULL;

    if (value == NULL || has_partner == together)
        return;
    mg_yaml_check_complain(value, complaints,
                           together ? "'%s' needs '%s' beside it"
                                    : "'%s' and '%s' exclude each other; keep one of them",
                           key, partner);
}

static void check_combinations(const MgYamlNode *node, MgYamlComplaints *complaints)
{
    if (node->kind != MG_YAML_MAP)
        return;
    check_pair(node, "subject", "body", TRUE, complaints);
    check_pair(node, "body", "subject", TRUE, complaints);
    check_pair(node, "template", "subject", FALSE, complaints);
    check_pair(node, "columns", "tables", FALSE, complaints);
}

MgYamlRule *mg_yaml_rule_read(const MgYamlNode *node, const gchar *default_name,
                              const MgYamlScope *scope, MgYamlComplaints *complaints)
{
    MgYamlRule *rule = g_new0(MgYamlRule, 1);
    Reader reader = {rule, scope->titles};

    rule->name = g_strdup(default_name);
    rule->match = mg_yaml_match_new();
    rule->copies = mg_yaml_copies_new();
    rule->substitutions = mg_yaml_substitutions_new();
    mg_yaml_substitutions_update(rule->substitutions, scope->substitutions);
    mg_yaml_check_fields(node, "a format", fields, &reader, complaints);
    check_combinations(node, complaints);
    return rule;
}

/* (nullable): NULL where the rule has tables, but none for the group. */
static const MgTable *find_table(const MgYamlRule *rule, const MgGroup *group)
{
    if (rule->columns != NULL)
        return rule->columns;
    if (rule->tables == NULL)
        return mg_table_builtin();
    return g_hash_table_lookup(rule->tables, group->event_data_format);
}

gboolean mg_yaml_rule_matches(const MgYamlRule *rule, const MgGroup *group)
{
    return mg_yaml_match_holds(rule->match, group) && find_table(rule, group) != NULL;
}

static void replace_text(gchar **text, const gchar *replacement)
{
    if (replacement == NULL)
        return;
    g_free(*text);
    *text = g_strdup(replacement);
}

static MgRequest *make_request(const MgYamlRule *rule, const MgGroup *group, GError **error)
{
    g_autoptr(MgRequest) request = mg_request_new(rule->name);
    MgPairs *substitutions = mg_yaml_substitutions_evaluate(rule->substitutions, group, error);

    if (substitutions == NULL)
        return NULL;
    mg_pairs_free(request->substitutions);
    request->substitutions = substitutions;
    request->table = find_table(rule, group);
    request->attach = rule->attach;
    replace_text(&request->attachment_name, rule->attachment_name);
    replace_text(&request->subject, rule->subject);
    replace_text(&request->body, rule->body);
    if (rule->subject == NULL)
        request->template_name =
            g_strdup(rule->template_name != NULL ? rule->template_name : group->template_name);
    mg_yaml_copies_apply(rule->copies, group, request);
    return g_steal_pointer(&request);
}

MgDecision *mg_yaml_rule_decide(const MgYamlRule *rule, const MgGroup *group, gint64 now,
                                GError **error)
{
    g_autofree gchar *because = NULL;
    gint64 until;
    MgRequest *request = NULL;
    MgDecision *decision = NULL;

    if (!mg_yaml_postpone_check(&rule->postpone, group, now, &because, &until, error)) {
        g_prefix_error(error, "format '%s': ", rule->name);
        return NULL;
    }
    if (because != NULL) {
        decision = mg_decision_new(MG_ANSWER_POSTPONED, rule->name);
        decision->postponed_because = g_steal_pointer(&because);
        decision->postponed_until = until;
        return decision;
    }
    request = make_request(rule, group, error);
    if (request == NULL) {
        g_prefix_error(error, "format '%s': ", rule->name);
        return NULL;
    }
    decision = mg_decision_new(MG_ANSWER_REQUEST, rule->name);
    decision->request = request;
    return decision;
}
