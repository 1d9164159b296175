/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * golden_xarf: reads events, each as a number of pieces ended by NUL: a column's name, its kind and
 * its cell in turn, then an empty name; writes a line for each: its report, or "!" and the error.
 * For golden_xarf.py.
 */
#include "report/mapping_reader.h"
#include "report/xarf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const gchar *next(const gchar **at)
{
    const gchar *piece = *at;

    *at += strlen(piece) + 1;
    return piece;
}

static MgKind kind_of(const gchar *word)
{
    static const struct {
        const gchar *word;
        MgKind kind;
    } kinds[] = {{"integer", MG_KIND_INTEGER}, {"real", MG_KIND_REAL}, {"json", MG_KIND_JSON},
                 {"time", MG_KIND_TIMESTAMP},  {"inet", MG_KIND_INET}, {"text", MG_KIND_TEXT}};

    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++)
        if (g_str_equal(kinds[i].word, word))
            return kinds[i].kind;
    g_assert_not_reached();
}

static gsize count_columns(const gchar *at)
{
    gsize n = 0;

    while (*next(&at) != '\0') {
        next(&at);
        next(&at);
        n++;
    }
    return n;
}

static MgEvents *read_event(const gchar **at)
{
    MgEvents *events = mg_events_new(1, count_columns(*at));

    events->ids[0] = 17;
    for (gsize i = 0; i < events->n_columns; i++) {
        events->columns[i].name = g_strdup(next(at));
        events->columns[i].kind = kind_of(next(at));
        events->cells[i] = next(at);
    }
    next(at);
    return events;
}

int main(void)
{
    static const MgXarfReporter reporter = {"CERT", "cert@cert.example", "cert.example"};
    g_autoptr(GString) input = g_string_new(NULL);

    for (int character = getchar(); character != EOF; character = getchar())
        g_string_append_c(input, (gchar)character);
    for (const gchar *at = input->str; at < input->str + input->len;) {
        g_autoptr(MgEvents) events = read_event(&at);
        g_autoptr(GError) error = NULL;
        g_autofree gchar *id = mg_xarf_report_id("intelmq", "20261120-10000001", events->ids[0]);
        g_autoptr(MgXarfReport) report =
            mg_xarf_make(mg_mapping_reader_shipped(MG_MAPPING_TARGET_XARF_4), &reporter, events, 0,
                         id, "\"a\"\r\n\"1\"\r\n", &error);

        if (report != NULL)
            fputs(report->json, stdout);
        else
            printf("!%s\n", error->message);
    }
    return EXIT_SUCCESS;
}
