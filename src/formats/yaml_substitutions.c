/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "formats/yaml_substitutions.h"

#include "base/error.h"
#include "document/check.h"
#include "formats/yaml_match.h"
#include "render/template.h"

typedef struct {
    MgYamlMatch *when;
    gchar *origin; /* for messages of the template code */
    gchar *text;
} Choice;

typedef struct { /* reference counted: files that share it keep it each; immutable once read */
    gchar *name;
    gchar *text;        /* (nullable): a plain text */
    GPtrArray *choices; /* (nullable): of Choice */
} Substitution;

struct MgYamlSubstitutions {
    GPtrArray *list; /* of Substitution, no two of one name */
};

static void choice_free(gpointer data)
{
    Choice *choice = data;

    mg_yaml_match_free(choice->when);
    g_free(choice->origin);
    g_free(choice->text);
    g_free(choice);
}

static void substitution_clear(gpointer data)
{
    Substitution *substitution = data;

    g_free(substitution->name);
    g_free(substitution->text);
    g_clear_pointer(&substitution->choices, g_ptr_array_unref);
}

static void substitution_unref(gpointer data)
{
    g_atomic_rc_box_release_full(data, substitution_clear);
}

MgYamlSubstitutions *mg_yaml_substitutions_new(void)
{
    MgYamlSubstitutions *substitutions = g_new(MgYamlSubstitutions, 1);

    substitutions->list = g_ptr_array_new_with_free_func(substitution_unref);
    return substitutions;
}

void mg_yaml_substitutions_free(MgYamlSubstitutions *substitutions)
{
    if (substitutions == NULL)
        return;
    g_ptr_array_unref(substitutions->list);
    g_free(substitutions);
}

static void take(MgYamlSubstitutions *substitutions, Substitution *added)
{
    for (guint i = 0; i < substitutions->list->len; i++) {
        Substitution *known = g_ptr_array_index(substitutions->list, i);
        if (!g_str_equal(known->name, added->name))
            continue;
        substitution_unref(known);
        substitutions->list->pdata[i] = added;
        return;
    }
    g_ptr_array_add(substitutions->list, added);
}

void mg_yaml_substitutions_update(MgYamlSubstitutions *substitutions,
                                  const MgYamlSubstitutions *other)
{
    for (guint i = 0; i < other->list->len; i++)
        take(substitutions, g_atomic_rc_box_acquire(g_ptr_array_index(other->list, i)));
}

static gboolean is_name_start(gchar character)
{
    return g_ascii_isalpha(character) || character == '_';
}

static gsize name_length(const gchar *text)
{
    gsize length = 0;

    if (!is_name_start(text[0]))
        return 0;
    while (is_name_start(text[length]) || g_ascii_isdigit(text[length]) || text[length] == '.')
        length++;
    return length;
}

/* The length of the placeholder or `$$` at a `$`; 0 where there is none (mailgen-templates(5),
 * Names). */
static gsize placeholder_length(const gchar *dollar)
{
    gsize length = 0;

    if (dollar[1] == '$')
        return 2;
    if (dollar[1] != '{')
        return (length = name_length(dollar + 1)) > 0 ? length + 1 : 0;
    length = name_length(dollar + 2);
    return length > 0 && dollar[2 + length] == '}' ? length + 3 : 0;
}

void mg_yaml_substitutions_check_template(const MgNode *text, const gchar *what,
                                          MgComplaints *complaints)
{
    if (text->is_cut)
        mg_check_complain(text, complaints,
                          "in %s, what stands behind the '#' is a comment; put the text into "
                          "quotes",
                          what);
    for (const gchar *at = text->text; *at != '\0'; at++) {
        g_autofree gchar *rest = NULL;
        gsize length = 0;
        if (*at != '$')
            continue;
        length = placeholder_length(at);
        if (length > 0) {
            at += length - 1;
            continue;
        }
        rest = g_utf8_substring(at, 0, MIN(20, g_utf8_strlen(at, -1)));
        g_strdelimit(rest, "\r\n", ' ');
        mg_check_complain(text, complaints,
                          "the '$' at '%s' in %s begins no name; write \"$$\" for a dollar sign",
                          rest, what);
        return;
    }
}

static void read_text(gpointer field, const MgNode *value, const gchar *what,
                      MgComplaints *complaints)
{
    mg_check_read_text(field, value, what, complaints);
    if (value->kind == MG_NODE_TEXT)
        mg_yaml_substitutions_check_template(value, what, complaints);
}

#define AT(member) G_STRUCT_OFFSET(Choice, member)

static const MgCheckField choice_fields[] = {
    {"when", mg_yaml_match_read_of_mail, AT(when)},
    {"text", read_text, AT(text), ""},
    {NULL},
};

static Choice *read_choice(const MgNode *node, const gchar *name, MgComplaints *complaints)
{
    Choice *choice = g_new0(Choice, 1);

    choice->when = mg_yaml_match_new();
    choice->origin = g_strdup_printf("%s:%u: substitution '%s'", mg_complaints_filename(complaints),
                                     node->line, name);
    mg_check_fields(node, "an entry of a substitution's list", choice_fields, choice, complaints);
    return choice;
}

static void read_value(Substitution *substitution, const MgNode *value, MgComplaints *complaints)
{
    g_autofree gchar *what = g_strdup_printf("the substitution '%s'", substitution->name);

    if (value->kind == MG_NODE_MAP) {
        mg_check_complain(value, complaints,
                          "%s must be a text or a list of entries with 'when' and 'text'", what);
        return;
    }
    if (value->kind != MG_NODE_LIST) {
        substitution->text = g_strdup(mg_check_text(value, what, complaints));
        return;
    }
    substitution->choices = g_ptr_array_new_with_free_func(choice_free);
    for (guint i = 0; i < mg_node_count(value); i++)
        g_ptr_array_add(substitution->choices,
                        read_choice(mg_node_value(value, i), substitution->name, complaints));
}

/* A name that no template can use, or whose text could never be seen, is a mistake. */
static gboolean check_name(const MgNode *key, MgComplaints *complaints)
{
    g_autofree gchar *quoted = mg_error_quote(key->text);
    gsize length = name_length(key->text);

    if (length == 0 || key->text[length] != '\0') {
        mg_check_complain(key, complaints,
                          "the substitution name %s cannot stand in a template; it takes A-Z "
                          "a-z 0-9 _ and . and begins with a letter or _",
                          quoted);
        return FALSE;
    }
    if (g_str_equal(key->text, "ticket_number") || g_str_equal(key->text, "events_as_csv")) {
        mg_check_complain(key, complaints,
                          "the name %s always has the program's own text; choose another", quoted);
        return FALSE;
    }
    return TRUE;
}

void mg_yaml_substitutions_read(gpointer field, const MgNode *node, const gchar *what,
                                MgComplaints *complaints)
{
    MgYamlSubstitutions *substitutions = *(MgYamlSubstitutions **)field;

    if (!mg_check_map(node, what, complaints))
        return;
    for (guint i = 0; i < mg_node_count(node); i++) {
        const MgNode *key = mg_node_key(node, i);
        Substitution *substitution = NULL;

        if (!check_name(key, complaints))
            continue;
        substitution = g_atomic_rc_box_new0(Substitution);
        substitution->name = g_strdup(key->text);
        read_value(substitution, mg_node_value(node, i), complaints);
        take(substitutions, substitution);
    }
}

static gboolean needs_mail(const Substitution *substitution)
{
    for (guint i = 0; substitution->choices != NULL && i < substitution->choices->len; i++) {
        const Choice *choice = g_ptr_array_index(substitution->choices, i);
        if (mg_yaml_match_needs_mail(choice->when))
            return TRUE;
    }
    return FALSE;
}

gboolean mg_yaml_substitutions_need_mail(const MgYamlSubstitutions *substitutions)
{
    for (guint i = 0; i < substitutions->list->len; i++)
        if (needs_mail(g_ptr_array_index(substitutions->list, i)))
            return TRUE;
    return FALSE;
}

static gboolean evaluate_choices(const Substitution *substitution, const MgGroup *group,
                                 const MgPairs *mail, MgPairs *result, GError **error)
{
    for (guint i = 0; i < substitution->choices->len; i++) {
        const Choice *choice = g_ptr_array_index(substitution->choices, i);
        g_autofree gchar *text = NULL;
        if (!mg_yaml_match_holds(choice->when, group, mail))
            continue;
        text = mg_template_expand_text(choice->origin, choice->text, group->aggregate, error);
        if (text == NULL)
            return FALSE;
        mg_pairs_set(result, substitution->name, text);
        return TRUE;
    }
    mg_pairs_set(result, substitution->name, "");
    return TRUE;
}

MgPairs *mg_yaml_substitutions_evaluate(const MgYamlSubstitutions *substitutions,
                                        const MgGroup *group, GError **error)
{
    g_autoptr(MgPairs) result = mg_pairs_new();

    for (guint i = 0; i < substitutions->list->len; i++) {
        const Substitution *substitution = g_ptr_array_index(substitutions->list, i);
        if (substitution->choices == NULL)
            mg_pairs_set(result, substitution->name, substitution->text);
        else if (!needs_mail(substitution) &&
                 !evaluate_choices(substitution, group, NULL, result, error))
            return NULL;
    }
    return g_steal_pointer(&result);
}

gboolean mg_yaml_substitutions_evaluate_of_mail(const MgYamlSubstitutions *substitutions,
                                                const MgGroup *group, const MgPairs *mail,
                                                MgPairs *names, GError **error)
{
    for (guint i = 0; i < substitutions->list->len; i++) {
        const Substitution *substitution = g_ptr_array_index(substitutions->list, i);
        if (needs_mail(substitution) && !evaluate_choices(substitution, group, mail, names, error))
            return FALSE;
    }
    return TRUE;
}
