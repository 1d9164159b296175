/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "report/mapping_reader.h"

#include "base/error.h"
#include "document/check.h"
#include "document/tree.h"
#include "model/table.h"
#include "report/mapping_check.h"
#include "report/x_arf_mapping.h"
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

static void read_entries(GPtrArray *entries, MgMappingTarget kind, const MgNode *node,
                         MgComplaints *complaints)
{
    if (!mg_check_map(node, "'fields'", complaints))
        return;
    for (guint i = 0; i < mg_node_count(node); i++) {
        const MgNode *key = mg_node_key(node, i);

        mg_mapping_check_target(kind, key, complaints);
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

/* A kind of report while it is read. */
typedef struct {
    MgMappingTarget kind;
    MgMappingReport *report;
} ReportReader;

static void read_when(gpointer field, const MgNode *node, const gchar *what,
                      MgComplaints *complaints)
{
    MgMappingReport *report = ((ReportReader *)field)->report;

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
    MgMappingReport *report = ((ReportReader *)field)->report;

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
    const ReportReader *reader = field;

    read_entries(reader->report->entries, reader->kind, node, complaints);
}

static const MgCheckField report_keys[] = {
    {"when", read_when, 0},
    {"needs", read_needs, 0},
    {"fields", read_report_fields, 0, ""},
    {NULL},
};

/* A mapping while it is read. */
typedef struct {
    MgMappingTarget kind;
    MgMapping *mapping;
} Reader;

static void read_common_fields(gpointer field, const MgNode *node, const gchar *what,
                               MgComplaints *complaints)
{
    const Reader *reader = field;

    read_entries(reader->mapping->entries, reader->kind, node, complaints);
}

static void read_kinds(gpointer field, const MgNode *node, const gchar *what,
                       MgComplaints *complaints)
{
    const Reader *reader = field;

    if (!mg_check_list(node, what, complaints))
        return;
    for (guint i = 0; i < mg_node_count(node); i++) {
        const MgNode *value = mg_node_value(node, i);
        ReportReader report = {reader->kind, mg_mapping_report_new()};

        g_ptr_array_add(reader->mapping->reports, report.report);
        mg_check_fields(value, "a kind of report", report_keys, &report, complaints);
        mg_mapping_check_report(reader->kind, reader->mapping, report.report, value, complaints);
    }
}

static const MgCheckField mapping_keys[] = {
    {"fields", read_common_fields, 0},
    {"kinds", read_kinds, 0, ""},
    {NULL},
};

MgMapping *mg_mapping_reader_read(const MgNode *root, MgMappingTarget kind,
                                  MgComplaints *complaints)
{
    MgMapping *mapping = mg_mapping_new();
    Reader reader = {kind, mapping};

    mg_check_fields(root, "a mapping to reports", mapping_keys, &reader, complaints);
    return mapping;
}

static const MgMapping *read_shipped(MgMappingTarget kind, const gchar *text)
{
    g_autoptr(MgComplaints) complaints = mg_complaints_new("the shipped mapping");
    g_autoptr(MgTree) tree = mg_tree_read(MG_DIALECT_YAML, text, strlen(text), complaints);
    MgMapping *mapping =
        tree->root != NULL ? mg_mapping_reader_read(tree->root, kind, complaints) : NULL;

    if (!mg_complaints_is_empty(complaints)) {
        g_autoptr(GError) error = NULL;
        mg_complaints_set_error(complaints, &error);
        g_error("%s", error->message); /* our own file: a bug */
    }
    return mapping;
}

const MgMapping *mg_mapping_reader_shipped(MgMappingTarget kind)
{
    static gsize xarf;
    static gsize x_arf;
    gsize *made = kind == MG_MAPPING_TARGET_XARF_4 ? &xarf : &x_arf;

    if (g_once_init_enter(made))
        g_once_init_leave(made, (gsize)read_shipped(kind, kind == MG_MAPPING_TARGET_XARF_4
                                                              ? xarf_4_yaml
                                                              : x_arf_0_2_yaml));
    return (const MgMapping *)*made;
}
