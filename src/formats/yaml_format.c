/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "formats/yaml_format.h"

#include "document/check.h"
#include "formats/yaml_file.h"
#include "formats/yaml_rule.h"
#include "formats/yaml_tables.h"
#include "document/tree.h"

typedef struct {
    MgFormat format;
    gchar *name;      /* of the file, without its directory */
    GPtrArray *rules; /* of MgYamlRule, in the order in which they are asked */
} YamlFormat;

typedef struct {
    YamlFormat *format;
    const MgYamlScope
        *scope;         /* what the file itself says, on top of what earlier files have left */
    GHashTable *titles; /* of `scope` */
    MgYamlSubstitutions *substitutions; /* of `scope` */
} Reader;

static MgDecision *decide(MgFormat *format, const MgQuestion *question, GError **error)
{
    const YamlFormat *self = (const YamlFormat *)format;

    for (guint i = question->first_rule; i < self->rules->len; i++) {
        const MgYamlRule *rule = g_ptr_array_index(self->rules, i);
        MgDecision *decision = NULL;

        if (!mg_yaml_rule_matches(rule, question->group))
            continue;
        decision = mg_yaml_rule_decide(rule, question->group, question->now, error);
        if (decision != NULL)
            decision->rule = i;
        return decision;
    }
    return mg_decision_new(MG_ANSWER_NOT_MINE, self->name);
}

static gboolean check_site(const MgFormat *format, const MgReportFormSite *site, GError **error)
{
    const YamlFormat *self = (const YamlFormat *)format;

    for (guint i = 0; i < self->rules->len; i++)
        if (!mg_yaml_rule_check_site(g_ptr_array_index(self->rules, i), site, error))
            return FALSE;
    return TRUE;
}

static void free_format(MgFormat *format)
{
    YamlFormat *self = (YamlFormat *)format;

    g_free(self->name);
    g_ptr_array_unref(self->rules);
    g_free(self);
}

static const MgFormatClass yaml_class = {
    .decide = decide,
    .check_site = check_site,
    .free = free_format,
    .failure_is_final = TRUE,
};

static void rule_free(gpointer data)
{
    mg_yaml_rule_free(data);
}

static YamlFormat *yaml_format_new(const gchar *filename)
{
    YamlFormat *self = g_new0(YamlFormat, 1);

    self->format = (MgFormat){&yaml_class, g_strdup(filename)};
    self->name = g_path_get_basename(filename);
    self->rules = g_ptr_array_new_with_free_func(rule_free);
    return self;
}

static void read_formats(gpointer target, const MgNode *value, const gchar *what,
                         MgComplaints *complaints)
{
    Reader *reader = target;
    g_autofree gchar *directory = g_path_get_dirname(reader->format->format.filename);

    if (!mg_check_list(value, what, complaints))
        return;
    if (mg_node_count(value) == 0)
        mg_check_complain(value, complaints,
                          "%s is empty; leave it out where the file only serves those after it",
                          what);
    for (guint i = 0; i < mg_node_count(value); i++) {
        g_autofree gchar *name = g_strdup_printf("%s:%u", reader->format->name, i + 1);
        g_ptr_array_add(
            reader->format->rules,
            mg_yaml_rule_read(mg_node_value(value, i), name, directory, reader->scope, complaints));
    }
}

#define AT(member) G_STRUCT_OFFSET(Reader, member)
#define WHOLE 0

/* Formats come last, wherever they stand in the file: they need the titles and substitutions. */
static const MgCheckField fields[] = {
    {"titles", mg_yaml_tables_read_titles, AT(titles)},
    {"substitutions", mg_yaml_substitutions_read, AT(substitutions)},
    {"formats", read_formats, WHOLE},
    {NULL},
};

static void read_root(YamlFormat *format, const MgNode *root, MgYamlScope *scope,
                      MgComplaints *complaints)
{
    g_autoptr(MgYamlScope) own = mg_yaml_scope_new();
    Reader reader = {format, own, own->titles, own->substitutions};

    if (root->kind == MG_NODE_NOTHING || (root->kind == MG_NODE_MAP && mg_node_count(root) == 0 &&
                                          mg_complaints_is_empty(complaints))) {
        mg_check_complain(root, complaints, "the file is empty");
        return;
    }
    mg_yaml_scope_update(own, scope);
    mg_check_fields(root, "the file", fields, &reader, complaints);
    if (root->kind == MG_NODE_MAP && mg_node_lookup(root, "formats") == NULL)
        mg_yaml_scope_update(scope, own);
}

MgFormat *mg_yaml_format_load_text(const gchar *filename, const gchar *text, gsize length,
                                   MgYamlScope *scope, GError **error)
{
    g_autoptr(MgComplaints) complaints = mg_complaints_new(filename);
    g_autoptr(MgTree) tree = mg_tree_read(MG_DIALECT_YAML, text, length, complaints);
    g_autoptr(MgFormat) format = &yaml_format_new(filename)->format;

    if (tree->root != NULL)
        read_root((YamlFormat *)format, tree->root, scope, complaints);
    if (mg_complaints_is_empty(complaints))
        return g_steal_pointer(&format);
    mg_complaints_set_error(complaints, error);
    return NULL;
}

MgFormat *mg_yaml_format_load(const gchar *filename, MgYamlScope *scope, GError **error)
{
    g_autofree gchar *text = NULL;
    gsize length;

    if (!mg_yaml_file_read(filename, &text, &length, error))
        return NULL;
    return mg_yaml_format_load_text(filename, text, length, scope, error);
}
