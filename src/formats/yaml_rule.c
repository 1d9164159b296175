/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "formats/yaml_rule.h"

#include "base/error.h"
#include "document/check.h"
#include "formats/yaml_copies.h"
#include "formats/yaml_data.h"
#include "formats/yaml_match.h"
#include "formats/yaml_postpone.h"
#include "formats/yaml_report.h"
#include "formats/yaml_tables.h"
#include "model/draft.h"
#include "render/template_store.h"

#include <string.h>

struct MgYamlRule {
    gchar *name;
    MgYamlMatch *match;
    MgYamlPostpone postpone;
    MgYamlData *data;
    gchar *attachment_name; /* (nullable): the request's own default */
    gboolean quote_formulas;
    gboolean bom;
    gchar *template_name; /* (nullable): the directive's */
    gchar *subject;       /* (nullable) */
    gchar *body;          /* (nullable) */
    MgTable *columns;     /* (nullable): one table for every event_data_format */
    GHashTable *tables;   /* (nullable): event_data_format → MgTable */
    MgYamlReport report;
    MgYamlCopies *copies;
    MgYamlSubstitutions *substitutions;
    GHashTable *titles; /* of its file's scope, while it is read */
};

void mg_yaml_rule_free(MgYamlRule *rule)
{
    if (rule == NULL)
        return;
    g_free(rule->name);
    mg_yaml_match_free(rule->match);
    mg_yaml_data_free(rule->data);
    g_free(rule->attachment_name);
    g_free(rule->template_name);
    g_free(rule->subject);
    g_free(rule->body);
    mg_table_free(rule->columns);
    g_clear_pointer(&rule->tables, g_hash_table_unref);
    mg_report_form_free(rule->report.form);
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

static void read_name(gpointer field, const MgNode *value, const gchar *what,
                      MgComplaints *complaints)
{
    if (value->kind == MG_NODE_TEXT && (*value->text == '\0' || has_control_character(value->text)))
        mg_check_complain(value, complaints, "%s must be one line of text", what);
    else
        mg_check_read_text(field, value, what, complaints);
}

static gboolean is_file_name(const gchar *text)
{
    return *text != '\0' && strlen(text) <= 255 && strpbrk(text, "/\\") == NULL &&
           !has_control_character(text) && !g_str_equal(text, ".") && !g_str_equal(text, "..");
}

/* Reads a text that is `good`; `must` says in a complaint what it must be. */
static void read_good_text(gpointer field, const MgNode *value, gboolean (*good)(const gchar *text),
                           const gchar *what, const gchar *must, MgComplaints *complaints)
{
    g_autofree gchar *quoted = NULL;

    if (value->kind != MG_NODE_TEXT || good(value->text)) {
        mg_check_read_text(field, value, what, complaints);
        return;
    }
    quoted = mg_error_quote(value->text);
    mg_check_complain(value, complaints, "%s must %s, but is %s", what, must, quoted);
}

static gboolean is_attachment_name(const gchar *text)
{
    return is_file_name(text) && strlen(text) <= MG_DRAFT_ATTACHMENT_NAME_LIMIT;
}

/* The mail carries it to programs that save files under it. */
static void read_attachment_name(gpointer field, const MgNode *value, const gchar *what,
                                 MgComplaints *complaints)
{
    read_good_text(field, value, is_attachment_name, what,
                   "be a plain file name without slashes, of at most 200 bytes", complaints);
}

static void read_formulas(gpointer field, const MgNode *value, const gchar *what,
                          MgComplaints *complaints)
{
    const gchar *text = mg_check_text(value, what, complaints);
    gboolean *quote = field;

    if (text == NULL)
        return;
    *quote = g_str_equal(text, "quoted");
    if (*quote || g_str_equal(text, "as_is"))
        return;
    mg_check_complain_unfit(value, what, "as_is or quoted", complaints);
}

static void read_template(gpointer field, const MgNode *value, const gchar *what,
                          MgComplaints *complaints)
{
    read_good_text(field, value, mg_template_store_is_name, what,
                   "name a file inside the template directory", complaints);
}

static void read_tables(gpointer field, const MgNode *value, const gchar *what,
                        MgComplaints *complaints)
{
    MgYamlRule *rule = field;

    rule->tables = mg_yaml_tables_read(value, rule->titles, complaints);
}

static void read_columns(gpointer field, const MgNode *value, const gchar *what,
                         MgComplaints *complaints)
{
    MgYamlRule *rule = field;

    rule->columns = mg_yaml_tables_read_columns(value, "columns", rule->titles, complaints);
}

/* A part of a mail, stripped as those of a template file are. */
static void read_part(gchar **field, const MgNode *value, const gchar *what,
                      MgComplaints *complaints)
{
    if (mg_check_text(value, what, complaints) == NULL)
        return;
    mg_yaml_substitutions_check_template(value, what, complaints);
    *field = g_strstrip(g_strdup(value->text));
}

static void read_subject(gpointer field, const MgNode *value, const gchar *what,
                         MgComplaints *complaints)
{
    gchar **subject = field;

    read_part(subject, value, what, complaints);
    if (*subject != NULL && (**subject == '\0' || has_control_character(*subject)))
        mg_check_complain(value, complaints, "%s must be one line of text", what);
}

static void read_body(gpointer field, const MgNode *value, const gchar *what,
                      MgComplaints *complaints)
{
    gchar **body = field;
    g_autofree gchar *stripped = NULL;

    read_part(&stripped, value, what, complaints);
    if (stripped != NULL)
        *body = g_strconcat(stripped, "\n", NULL);
}

#define AT(member) G_STRUCT_OFFSET(MgYamlRule, member)
#define WHOLE 0

static const MgCheckField fields[] = {
    {"name", read_name, AT(name)},
    {"match", mg_yaml_match_read, AT(match),
     "; write \"match: {}\" for one that answers for every directive"},
    {"postpone", mg_yaml_postpone_read, AT(postpone)},
    {"data", mg_yaml_data_read, AT(data)},
    {"by_size", mg_yaml_data_read_by_size, AT(data)},
    {"attachment_name", read_attachment_name, AT(attachment_name)},
    {"formulas", read_formulas, AT(quote_formulas)},
    {"bom", mg_check_read_boolean, AT(bom)},
    {"template", read_template, AT(template_name)},
    {"subject", read_subject, AT(subject)},
    {"body", read_body, AT(body)},
    {"tables", read_tables, WHOLE},
    {"columns", read_columns, WHOLE},
    {"report", mg_yaml_report_read_kind, AT(report)},
    {"fields", mg_yaml_report_read_fields, AT(report)},
    {"signed", mg_yaml_report_read_signed, AT(report)},
    {"when_not_expressible", mg_yaml_report_read_not_expressible, AT(report)},
    {"copies", mg_yaml_copies_read, AT(copies)},
    {"substitutions", mg_yaml_substitutions_read, AT(substitutions)},
    {NULL},
};

static void check_pair(const MgNode *node, const gchar *key, const gchar *partner,
                       gboolean together, MgComplaints *complaints)
{
    const MgNode *value = mg_node_lookup(node, key);
    gboolean has_partner = mg_node_lookup(node, partner) != NULL;

    if (value == NULL || has_partner == together)
        return;
    mg_check_complain(value, complaints,
                      together ? "'%s' needs '%s' beside it"
                               : "'%s' and '%s' exclude each other; keep one of them",
                      key, partner);
}

static void check_copies_of_reports(const MgNode *copies, MgComplaints *complaints)
{
    for (guint i = 0; copies != NULL && copies->kind == MG_NODE_LIST && i < mg_node_count(copies);
         i++) {
        const MgNode *copy = mg_node_value(copies, i);
        const MgNode *data = copy->kind == MG_NODE_MAP ? mg_node_lookup(copy, "data") : NULL;

        if (data != NULL)
            mg_check_complain(data, complaints,
                              "'data' of a copy and 'report' exclude each other; keep one of them");
    }
}

/* A report has its data where its receivers look for it. */
static void check_report(const MgNode *node, MgComplaints *complaints)
{
    static const gchar *const needs[] = {"fields", "signed", "when_not_expressible"};
    static const gchar *const excludes[] = {"data", "by_size", "attachment_name", "formulas",
                                            "bom"};

    for (gsize i = 0; i < G_N_ELEMENTS(needs); i++)
        check_pair(node, needs[i], "report", TRUE, complaints);
    for (gsize i = 0; i < G_N_ELEMENTS(excludes); i++)
        check_pair(node, excludes[i], "report", FALSE, complaints);
    if (mg_node_lookup(node, "report") != NULL)
        check_copies_of_reports(mg_node_lookup(node, "copies"), complaints);
}

static void check_by_size(const MgYamlRule *rule, const MgNode *node, MgComplaints *complaints)
{
    const MgNode *limits = mg_node_lookup(node, "by_size");

    if (limits != NULL && !mg_yaml_data_may_be_by_size(rule->data))
        mg_check_complain(limits, complaints, "'by_size' needs \"data: by_size\" beside it");
}

static void check_combinations(const MgYamlRule *rule, const MgNode *node, MgComplaints *complaints)
{
    if (node->kind != MG_NODE_MAP)
        return;
    check_by_size(rule, node, complaints);
    check_report(node, complaints);
    check_pair(node, "subject", "body", TRUE, complaints);
    check_pair(node, "body", "subject", TRUE, complaints);
    check_pair(node, "template", "subject", FALSE, complaints);
    check_pair(node, "columns", "tables", FALSE, complaints);
}

MgYamlRule *mg_yaml_rule_read(const MgNode *node, const gchar *default_name, const gchar *directory,
                              const MgYamlScope *scope, MgComplaints *complaints)
{
    MgYamlRule *rule = g_new0(MgYamlRule, 1);

    rule->name = g_strdup(default_name);
    rule->match = mg_yaml_match_new();
    rule->data = mg_yaml_data_new();
    rule->copies = mg_yaml_copies_new();
    rule->substitutions = mg_yaml_substitutions_new();
    mg_yaml_substitutions_update(rule->substitutions, scope->substitutions);
    rule->titles = scope->titles;
    rule->report.directory = directory;
    mg_check_fields(node, "a format", fields, rule, complaints);
    rule->report.directory = NULL;
    rule->titles = NULL;
    check_combinations(rule, node, complaints);
    return rule;
}

gboolean mg_yaml_rule_check_site(const MgYamlRule *rule, const MgReportFormSite *site,
                                 GError **error)
{
    if (rule->report.form == NULL || mg_report_form_check(rule->report.form, site, error))
        return TRUE;
    g_prefix_error(error, "format '%s' cannot make reports: ", rule->name);
    return FALSE;
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
    return mg_yaml_match_holds(rule->match, group, NULL) && find_table(rule, group) != NULL;
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
    if (mg_yaml_substitutions_need_mail(rule->substitutions))
        request->by_mail = rule->substitutions;
    request->table = find_table(rule, group);
    mg_yaml_data_apply(rule->data, group, request);
    request->quote_formulas = rule->quote_formulas;
    request->mark_order = rule->bom;
    request->report = rule->report.form;
    replace_text(&request->attachment_name, rule->attachment_name);
    replace_text(&request->subject, rule->subject);
    replace_text(&request->body, rule->body);
    replace_text(&request->template_name, rule->template_name);
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
