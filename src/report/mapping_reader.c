/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "report/mapping_reader.h"

#include "base/error.h"
#include "document/check.h"
#include "document/tree.h"
#include "model/table.h"
#include "report/xarf_profile.h"
#include "report/xarf_mapping.h"

#include <string.h>

static const gchar *const source_keys[] = {"field", "text", "first", "as", "map", NULL};

static const gchar *const as_words[] = {[MG_MAPPING_AS_IS] = "as_is",
                                        [MG_MAPPING_AS_RFC3339] = "rfc3339",
                                        [MG_MAPPING_AS_INT] = "int",
                                        [MG_MAPPING_AS_LOWER] = "lower",
                                        [MG_MAPPING_AS_CONFIDENCE] = "confidence",
                                        [MG_MAPPING_AS_TAG] = "tag",
                                        [MG_MAPPING_AS_URI] = "uri",
                                        [MG_MAPPING_AS_CVE] = "cve",
                                        NULL};

/* A source whose mistakes have been complained of. */
static MgMappingSource *no_source(void)
{
    MgMappingSource *source = mg_mapping_source_new();

    source->kind = MG_MAPPING_TEXT;
    source->text = g_strdup("");
    return source;
}

static gchar *read_field_name(const MgNode *node, MgComplaints *complaints)
{
    const gchar *name = mg_check_text(node, "a field of the event", complaints);
    g_autofree gchar *quoted = NULL;

    if (name == NULL)
        return g_strdup("");
    quoted = mg_error_quote(name);
    if (!mg_table_is_field_name(name))
        mg_check_complain(node, complaints, "%s is no name of an event's field", quoted);
    return g_strdup(name);
}

typedef struct {
    const MgNode *node;
    MgComplaints *complaints;
} Place;

static void check_field_in_text(const gchar *field, gpointer user_data)
{
    const Place *place = user_data;
    g_autofree gchar *quoted = mg_error_quote(field);

    if (!mg_table_is_field_name(field))
        mg_check_complain(place->node, place->complaints, "%s is no name of an event's field",
                          quoted);
}

static gchar *read_text(const MgNode *node, MgComplaints *complaints)
{
    const gchar *text = mg_check_text(node, "'text'", complaints);
    Place place = {node, complaints};

    if (text != NULL && !mg_mapping_scan_text(text, check_field_in_text, &place))
        mg_check_complain(node, complaints,
                          "a '$' in 'text' begins no ${field}; write \"$$\" for a dollar sign");
    return g_strdup(text != NULL ? text : "");
}

static MgMappingAs read_as(const MgNode *node, MgComplaints *complaints)
{
    const gchar *word = mg_check_text(node, "'as'", complaints);
    g_autofree gchar *quoted = NULL;
    g_autofree gchar *all = NULL;

    if (word == NULL)
        return MG_MAPPING_AS_IS;
    for (gsize i = 0; as_words[i] != NULL; i++)
        if (g_str_equal(as_words[i], word))
            return (MgMappingAs)i;
    quoted = mg_error_quote(word);
    all = g_strjoinv(", ", (gchar **)as_words);
    mg_check_complain(node, complaints, "'as' must be one of %s, but is %s", all, quoted);
    return MG_MAPPING_AS_IS;
}

static gchar **read_map(const MgNode *node, MgComplaints *complaints)
{
    GPtrArray *map;

    if (!mg_check_map(node, "'map'", complaints))
        return NULL;
    map = g_ptr_array_new();
    for (guint i = 0; i < mg_node_count(node); i++) {
        const gchar *text =
            mg_check_text(mg_node_value(node, i), "what a text becomes", complaints);

        g_ptr_array_add(map, g_strdup(mg_node_key(node, i)->text));
        g_ptr_array_add(map, g_strdup(text != NULL ? text : ""));
    }
    g_ptr_array_add(map, NULL);
    return (gchar **)g_ptr_array_free(map, FALSE);
}

static MgMappingSource *read_source(const MgNode *node, const MgMappingSource *around,
                                    MgComplaints *complaints);

static void read_items(MgMappingSource *source, const MgNode *list, MgComplaints *complaints)
{
    source->items = g_ptr_array_new_with_free_func((GDestroyNotify)mg_mapping_source_free);
    if (!mg_check_list(list, "'first'", complaints))
        return;
    for (guint i = 0; i < mg_node_count(list); i++)
        g_ptr_array_add(source->items, read_source(mg_node_value(list, i), source, complaints));
}

static void check_keys(const MgNode *map, MgComplaints *complaints)
{
    guint n_origins = 0;

    for (guint i = 0; i < mg_node_count(map); i++) {
        const MgNode *key = mg_node_key(map, i);

        if (!g_strv_contains(source_keys, key->text))
            mg_check_unknown_key(key, "a source", source_keys, complaints);
        n_origins += g_str_equal(key->text, "field") || g_str_equal(key->text, "text") ||
                     g_str_equal(key->text, "first");
    }
    if (n_origins != 1)
        mg_check_complain(map, complaints, "a source has one of 'field', 'text' and 'first'");
}

static MgMappingSource *read_map_source(const MgNode *node, MgMappingSource *source,
                                        MgComplaints *complaints)
{
    const MgNode *field = mg_node_lookup(node, "field");
    const MgNode *text = mg_node_lookup(node, "text");
    const MgNode *first = mg_node_lookup(node, "first");
    const MgNode *as = mg_node_lookup(node, "as");
    const MgNode *map = mg_node_lookup(node, "map");

    check_keys(node, complaints);
    if (as != NULL)
        source->as = read_as(as, complaints);
    if (map != NULL) {
        g_strfreev(source->map);
        source->map = read_map(map, complaints);
    }
    source->kind = MG_MAPPING_TEXT;
    if (field != NULL) {
        source->kind = MG_MAPPING_FIELD;
        source->text = read_field_name(field, complaints);
    } else if (text != NULL) {
        source->text = read_text(text, complaints);
    } else if (first != NULL) {
        source->kind = MG_MAPPING_FIRST;
        read_items(source, first, complaints);
    } else {
        source->text = g_strdup("");
    }
    return source;
}

/* `around` (nullable): the source whose item it is, whose `as` and `map` are its own defaults. */
static MgMappingSource *read_source(const MgNode *node, const MgMappingSource *around,
                                    MgComplaints *complaints)
{
    MgMappingSource *source = mg_mapping_source_new();

    if (around != NULL) {
        source->as = around->as;
        source->map = g_strdupv(around->map);
    }
    if (around != NULL && node->kind == MG_NODE_TEXT) { /* a bare name in 'first' */
        source->kind = MG_MAPPING_FIELD;
        source->text = read_field_name(node, complaints);
        return source;
    }
    if (node->kind == MG_NODE_LIST && around == NULL) {
        source->kind = MG_MAPPING_LIST;
        read_items(source, node, complaints);
        return source;
    }
    if (mg_check_map(node, "a source", complaints))
        return read_map_source(node, source, complaints);
    mg_mapping_source_free(source);
    return no_source();
}

static gboolean is_target(const gchar *name)
{
    guint n_dots = 0;

    for (const gchar *at = name; *at != '\0'; at++) {
        n_dots += *at == '.';
        if (!g_ascii_islower(*at) && !g_ascii_isdigit(*at) && *at != '_' && *at != '.')
            return FALSE;
    }
    return g_ascii_islower(*name) && n_dots <= 1 && !g_str_has_suffix(name, ".");
}

static void read_entries(GPtrArray *entries, const MgNode *node, MgComplaints *complaints)
{
    if (!mg_check_map(node, "'fields'", complaints))
        return;
    for (guint i = 0; i < mg_node_count(node); i++) {
        const MgNode *key = mg_node_key(node, i);
        g_autofree gchar *quoted = mg_error_quote(key->text);

        if (!is_target(key->text))
            mg_check_complain(key, complaints, "%s is no name of a report's field", quoted);
        else if (mg_xarf_profile_is_own(key->text))
            mg_check_complain(key, complaints, "the program itself fills the report's field %s",
                              quoted);
        mg_mapping_add_entry(entries, key->text,
                             read_source(mg_node_value(node, i), NULL, complaints));
    }
}

/* A text or a list of them. (transfer full) */
static gchar **read_texts(const MgNode *node, const gchar *what, MgComplaints *complaints)
{
    GPtrArray *texts = g_ptr_array_new();

    if (node->kind == MG_NODE_LIST) {
        for (guint i = 0; i < mg_node_count(node); i++)
            g_ptr_array_add(texts,
                            g_strdup(mg_check_text(mg_node_value(node, i), what, complaints)));
    } else {
        g_ptr_array_add(texts, g_strdup(mg_check_text(node, what, complaints)));
    }
    g_ptr_array_add(texts, NULL);
    return (gchar **)g_ptr_array_free(texts, FALSE);
}

static void read_when(gpointer field, const MgNode *node, const gchar *what,
                      MgComplaints *complaints)
{
    MgMappingReport *report = field;

    if (!mg_check_map(node, what, complaints))
        return;
    for (guint i = 0; i < mg_node_count(node); i++) {
        g_autofree gchar *name = read_field_name(mg_node_key(node, i), complaints);

        mg_mapping_add_condition(
            report, name, read_texts(mg_node_value(node, i), "a value in 'when'", complaints));
    }
}

static void read_needs(gpointer field, const MgNode *node, const gchar *what,
                       MgComplaints *complaints)
{
    MgMappingReport *report = field;

    g_strfreev(report->needs);
    report->needs = read_texts(node, what, complaints);
    for (gchar **need = report->needs; *need != NULL; need++) {
        g_autofree gchar *quoted = mg_error_quote(*need);
        if (!mg_table_is_field_name(*need))
            mg_check_complain(node, complaints, "%s is no name of an event's field", quoted);
    }
}

static void read_report_fields(gpointer field, const MgNode *node, const gchar *what,
                               MgComplaints *complaints)
{
    read_entries(((MgMappingReport *)field)->entries, node, complaints);
}

static const MgCheckField report_keys[] = {
    {"when", read_when, 0},
    {"needs", read_needs, 0},
    {"fields", read_report_fields, 0, ""},
    {NULL},
};

/* (nullable): the text of a field that is always the same. */
static const gchar *fixed_text(const MgMappingReport *report, const gchar *target)
{
    for (guint i = 0; i < report->entries->len; i++) {
        const MgMappingEntry *entry = g_ptr_array_index(report->entries, i);
        const MgMappingSource *source = entry->source;

        if (g_str_equal(entry->target, target) && source->kind == MG_MAPPING_TEXT &&
            source->map == NULL && strchr(source->text, '$') == NULL)
            return source->text;
    }
    return NULL;
}

static void check_fixed(const MgXarfProfile *profile, const MgMappingReport *report,
                        const MgNode *fields, MgComplaints *complaints)
{
    for (guint i = 0; i < report->entries->len; i++) {
        const MgMappingEntry *entry = g_ptr_array_index(report->entries, i);
        const MgXarfProfileProperty *property = mg_xarf_profile_property(profile, entry->target);
        const gchar *text = fixed_text(report, entry->target);
        g_autofree gchar *quoted = mg_error_quote(text);

        if (text != NULL && !mg_xarf_profile_allows(property, text))
            mg_check_complain(mg_node_lookup(fields, entry->target), complaints,
                              "%s is nothing that '%s' of %s may be", quoted, entry->target,
                              mg_xarf_profile_name(profile));
    }
}

static gboolean has_target(const GPtrArray *entries, const gchar *target)
{
    for (guint i = 0; i < entries->len; i++)
        if (g_str_equal(((const MgMappingEntry *)g_ptr_array_index(entries, i))->target, target))
            return TRUE;
    return FALSE;
}

static void check_required(const MgXarfProfile *profile, const MgMapping *mapping,
                           const MgMappingReport *report, const MgNode *node,
                           MgComplaints *complaints)
{
    g_autofree const gchar **required =
        mg_xarf_profile_required(profile, fixed_text(report, "protocol"));

    for (const gchar **target = required; *target != NULL; target++)
        if (!has_target(report->entries, *target) && !has_target(mapping->entries, *target))
            mg_check_complain(node, complaints, "%s needs the field '%s'",
                              mg_xarf_profile_name(profile), *target);
}

static void check_report(const MgMapping *mapping, const MgMappingReport *report,
                         const MgNode *node, MgComplaints *complaints)
{
    const MgNode *fields = node->kind == MG_NODE_MAP ? mg_node_lookup(node, "fields") : NULL;
    const gchar *category = fixed_text(report, "category");
    const gchar *type = fixed_text(report, "type");
    const MgXarfProfile *profile;
    g_autofree gchar *kind = NULL;
    g_autofree gchar *quoted = NULL;

    if (fields == NULL || fields->kind != MG_NODE_MAP)
        return;
    if (category == NULL || type == NULL) {
        mg_check_complain(fields, complaints,
                          "a kind of report needs 'category' and 'type', each a 'text'");
        return;
    }
    profile = mg_xarf_profile_find(category, type);
    kind = g_strdup_printf("%s/%s", category, type);
    quoted = mg_error_quote(kind);
    if (profile == NULL) {
        mg_check_complain(fields, complaints, "the program knows no kind of report %s", quoted);
        return;
    }
    check_fixed(profile, report, fields, complaints);
    check_required(profile, mapping, report, fields, complaints);
}

static void read_common_fields(gpointer field, const MgNode *node, const gchar *what,
                               MgComplaints *complaints)
{
    read_entries(((MgMapping *)field)->entries, node, complaints);
}

static void read_kinds(gpointer field, const MgNode *node, const gchar *what,
                       MgComplaints *complaints)
{
    MgMapping *mapping = field;

    if (!mg_check_list(node, what, complaints))
        return;
    for (guint i = 0; i < mg_node_count(node); i++) {
        const MgNode *value = mg_node_value(node, i);
        MgMappingReport *report = mg_mapping_report_new();

        g_ptr_array_add(mapping->reports, report);
        mg_check_fields(value, "a kind of report", report_keys, report, complaints);
        check_report(mapping, report, value, complaints);
    }
}

static const MgCheckField mapping_keys[] = {
    {"fields", read_common_fields, 0},
    {"kinds", read_kinds, 0, ""},
    {NULL},
};

MgMapping *mg_mapping_reader_read(const MgNode *root, MgComplaints *complaints)
{
    MgMapping *mapping = mg_mapping_new();

    mg_check_fields(root, "a mapping to reports", mapping_keys, mapping, complaints);
    return mapping;
}

static const MgMapping *read_shipped(void)
{
    g_autoptr(MgComplaints) complaints = mg_complaints_new("xarf_4.yaml");
    g_autoptr(MgTree) tree =
        mg_tree_read(MG_DIALECT_YAML, xarf_4_yaml, strlen(xarf_4_yaml), complaints);
    MgMapping *mapping = tree->root != NULL ? mg_mapping_reader_read(tree->root, complaints) : NULL;

    if (!mg_complaints_is_empty(complaints)) {
        g_autoptr(GError) error = NULL;
        mg_complaints_set_error(complaints, &error);
        g_error("%s", error->message); /* our own file: a bug */
    }
    return mapping;
}

const MgMapping *mg_mapping_reader_shipped(void)
{
    static gsize made;

    if (g_once_init_enter(&made))
        g_once_init_leave(&made, (gsize)read_shipped());
    return (const MgMapping *)made;
}
