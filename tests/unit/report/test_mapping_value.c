/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "report/mapping_value.h"

static MgEvents *make_event(const gchar *cell, MgKind kind)
{
    MgEvents *events = mg_events_new(1, 1);

    events->columns[0].name = g_strdup("malware.name");
    events->columns[0].kind = kind;
    events->cells[0] = cell;
    return events;
}

/* (nullable): the one value. */
static gchar *value_of(MgMappingKind source_kind, const gchar *source_text, MgMappingAs as,
                       const gchar *map, const gchar *cell, MgKind kind)
{
    g_autoptr(MgEvents) events = make_event(cell, kind);
    g_autoptr(MgMappingSource) source = mg_mapping_source_new();
    g_autoptr(GPtrArray) values = NULL;

    source->kind = source_kind;
    source->text = g_strdup(source_text);
    source->as = as;
    source->map = map != NULL ? g_strsplit(map, " ", -1) : NULL;
    values = mg_mapping_value(source, events, 0);
    g_assert_cmpuint(values->len, <=, 1);
    return values->len == 1 ? g_strdup(g_ptr_array_index(values, 0)) : NULL;
}

static void test_as(void)
{
    static const struct {
        MgMappingAs as;
        MgKind kind;
        const gchar *cell;
        const gchar *value;
    } cases[] = {
        {MG_MAPPING_AS_IS, MG_KIND_TEXT, "a b", "a b"},
        {MG_MAPPING_AS_IS, MG_KIND_TEXT, "", NULL},
        {MG_MAPPING_AS_IS, MG_KIND_TEXT, NULL, NULL},
        {MG_MAPPING_AS_IS, MG_KIND_JSON, "\"a\\u00e4\"", "a\xc3\xa4"},
        {MG_MAPPING_AS_IS, MG_KIND_JSON, "null", NULL},
        {MG_MAPPING_AS_IS, MG_KIND_JSON, "{", NULL},
        {MG_MAPPING_AS_RFC3339, MG_KIND_TIMESTAMP, "2026-11-20 03:04:05+00",
         "2026-11-20T03:04:05Z"},
        {MG_MAPPING_AS_RFC3339, MG_KIND_TIMESTAMP, "2026-11-20 03:04:05.5+00",
         "2026-11-20T03:04:05.500000Z"},
        {MG_MAPPING_AS_RFC3339, MG_KIND_LOCAL_TIME, "2026-11-20 03:04:05", "2026-11-20T03:04:05Z"},
        {MG_MAPPING_AS_RFC3339, MG_KIND_TEXT, "2026-11-20T03:04:05+02:00", "2026-11-20T01:04:05Z"},
        {MG_MAPPING_AS_RFC3339, MG_KIND_TIMESTAMP, "12026-11-20 03:04:05+00", NULL},
        {MG_MAPPING_AS_RFC3339, MG_KIND_TEXT, "yesterday", NULL},
        {MG_MAPPING_AS_INT, MG_KIND_INTEGER, "443", "443"},
        {MG_MAPPING_AS_INT, MG_KIND_TEXT, "007", "7"},
        {MG_MAPPING_AS_INT, MG_KIND_TEXT, "-0", "0"},
        {MG_MAPPING_AS_INT, MG_KIND_TEXT, "1.0", NULL},
        {MG_MAPPING_AS_INT, MG_KIND_TEXT, "-", NULL},
        {MG_MAPPING_AS_LOWER, MG_KIND_TEXT, "TCP \xc3\x84", "tcp \xc3\xa4"},
        {MG_MAPPING_AS_CONFIDENCE, MG_KIND_REAL, "100", "1.0000"},
        {MG_MAPPING_AS_CONFIDENCE, MG_KIND_REAL, "95.5", "0.9550"},
        {MG_MAPPING_AS_CONFIDENCE, MG_KIND_REAL, "101", NULL},
        {MG_MAPPING_AS_CONFIDENCE, MG_KIND_REAL, "-1", NULL},
        {MG_MAPPING_AS_CONFIDENCE, MG_KIND_REAL, "NaN", NULL},
        {MG_MAPPING_AS_TAG, MG_KIND_TEXT, "Conficker.C (x)", "malware:conficker-c-x"},
        {MG_MAPPING_AS_TAG, MG_KIND_TEXT, "_c++", "malware:c++"},
        {MG_MAPPING_AS_TAG, MG_KIND_TEXT, "\xe4\xba\x8b", NULL},
        {MG_MAPPING_AS_URI, MG_KIND_TEXT, "http://a/?b=c&d#e", "http://a/?b=c&d#e"},
        {MG_MAPPING_AS_URI, MG_KIND_TEXT, "http://a/\xc3\xa4 \"%20%zz",
         "http://a/%C3%A4%20%22%20%25zz"},
        {MG_MAPPING_AS_URI, MG_KIND_TEXT, "a.example/b", NULL},
        {MG_MAPPING_AS_URI, MG_KIND_TEXT, "http:", NULL},
        {MG_MAPPING_AS_CVE, MG_KIND_TEXT, "xcve-2026-1234,CVE-2026-5678", "CVE-2026-1234"},
        {MG_MAPPING_AS_CVE, MG_KIND_TEXT, "CVE-2026-123 CVE-26-12345", NULL},
        {MG_MAPPING_AS_CVE, MG_KIND_JSON, "{\"a\": [\"CVE-2026-1234\"]}", "CVE-2026-1234"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree gchar *value = value_of(MG_MAPPING_FIELD, "malware.name", cases[i].as, NULL,
                                           cases[i].cell, cases[i].kind);
        g_assert_cmpstr(value, ==, cases[i].value);
    }
}

static void test_text(void)
{
    static const struct {
        const gchar *text;
        MgMappingAs as;
        const gchar *map;
        const gchar *value;
    } cases[] = {
        {"fixed", MG_MAPPING_AS_IS, NULL, "fixed"},
        {"$$5 for ${malware.name}.", MG_MAPPING_AS_IS, NULL, "$5 for ${x}."},
        {"${malware.name} by ${feed.name}", MG_MAPPING_AS_IS, NULL, NULL},
        {"tlp:AMBER x", MG_MAPPING_AS_TAG, NULL, "tlp:amber-x"},
        {"amber", MG_MAPPING_AS_TAG, NULL, NULL},
        {"udp", MG_MAPPING_AS_IS, "udp UDP * other", "UDP"},
        {"tcp", MG_MAPPING_AS_IS, "* other udp UDP", "other"},
        {"tcp", MG_MAPPING_AS_IS, "udp UDP", NULL},
        {"TCP", MG_MAPPING_AS_LOWER, "tcp t", "t"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        /* What a field holds is never expanded again. */
        g_autofree gchar *value = value_of(MG_MAPPING_TEXT, cases[i].text, cases[i].as,
                                           cases[i].map, "${x}", MG_KIND_TEXT);
        g_assert_cmpstr(value, ==, cases[i].value);
    }
}

static void add_field(MgMappingSource *source, const gchar *field)
{
    MgMappingSource *item = mg_mapping_source_new();

    item->text = g_strdup(field);
    g_ptr_array_add(source->items, item);
}

static void test_first_and_list(void)
{
    static const MgMappingKind kinds[] = {MG_MAPPING_FIRST, MG_MAPPING_LIST};

    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
        g_autoptr(MgEvents) events = make_event("a", MG_KIND_TEXT);
        g_autoptr(MgMappingSource) source = mg_mapping_source_new();
        g_autoptr(GPtrArray) values = NULL;

        source->kind = kinds[i];
        source->items = g_ptr_array_new_with_free_func((GDestroyNotify)mg_mapping_source_free);
        add_field(source, "feed.name");
        add_field(source, "malware.name");
        add_field(source, "malware.name");
        values = mg_mapping_value(source, events, 0);
        g_assert_cmpuint(values->len, ==, kinds[i] == MG_MAPPING_FIRST ? 1 : 2);
        g_assert_cmpstr(g_ptr_array_index(values, 0), ==, "a");
    }
}

static void test_holds(void)
{
    static const struct {
        const gchar *field;
        const gchar *values;
        const gchar *need;
        gboolean holds;
    } cases[] = {
        {"malware.name", "a b", NULL, TRUE},         {"malware.name", "b c*", NULL, FALSE},
        {"malware.name", "?", NULL, TRUE},           {"feed.name", "*", NULL, FALSE},
        {"malware.name", "a", "malware.name", TRUE}, {"malware.name", "a", "feed.name", FALSE},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(MgEvents) events = make_event("a", MG_KIND_TEXT);
        g_autoptr(MgMapping) mapping = mg_mapping_new();
        MgMappingReport *report = mg_mapping_report_new();

        g_ptr_array_add(mapping->reports, report);
        mg_mapping_add_condition(report, cases[i].field, g_strsplit(cases[i].values, " ", -1));
        if (cases[i].need != NULL) {
            g_strfreev(report->needs);
            report->needs = g_strsplit(cases[i].need, " ", -1);
        }
        g_assert_true(mg_mapping_value_holds(report, events, 0) == cases[i].holds);
    }
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/mapping-value/as", test_as);
    g_test_add_func("/mapping-value/text", test_text);
    g_test_add_func("/mapping-value/first-and-list", test_first_and_list);
    g_test_add_func("/mapping-value/holds", test_holds);
    return g_test_run();
}
