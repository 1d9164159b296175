/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Renders what golden_render.py asks for, a line each: `KIND HEX` → `ok HEX` or `error HEX`. KIND
 * is that of a cell, or `template` (the text of one) or `placeholders`. */
#include "render/python_text.h"
#include "render/template.h"

#include <stdio.h>
#include <string.h>

static const gchar *const kinds[] = {
    [MG_KIND_TEXT] = "text",       [MG_KIND_BOOLEAN] = "boolean", [MG_KIND_INTEGER] = "integer",
    [MG_KIND_REAL] = "real",       [MG_KIND_NUMERIC] = "numeric", [MG_KIND_TIMESTAMP] = "timestamp",
    [MG_KIND_LOCAL_TIME] = "time", [MG_KIND_DATE] = "date",       [MG_KIND_CLOCK] = "clock",
    [MG_KIND_INET] = "inet",       [MG_KIND_JSON] = "json",
};

static gchar *from_hex(const gchar *hex)
{
    GString *text = g_string_new(NULL);

    for (; g_ascii_isxdigit(hex[0]) && g_ascii_isxdigit(hex[1]); hex += 2)
        g_string_append_c(
            text, (gchar)(g_ascii_xdigit_value(hex[0]) * 16 + g_ascii_xdigit_value(hex[1])));
    return g_string_free(text, FALSE);
}

static void print_hex(const gchar *verdict, const gchar *text)
{
    printf("%s ", verdict);
    for (; *text != '\0'; text++)
        printf("%02x", (guchar)*text);
    putchar('\n');
}

static MgPairs *make_names(void)
{
    MgPairs *names = mg_pairs_new();

    mg_pairs_set(names, "name", "a value");
    mg_pairs_set(names, "Name", "another");
    mg_pairs_set(names, "source.asn", "64496");
    mg_pairs_set(names, "_x.", "${name}$$");
    mg_pairs_set(names, "ſ", "long s");
    mg_pairs_set(names, "none", NULL);
    return names;
}

static gchar *expand_template(const gchar *text, const MgPairs *names, GError **error)
{
    g_autoptr(MgTemplate) template = mg_template_parse("t", text, strlen(text), error);
    g_autofree gchar *subject = NULL;
    g_autofree gchar *body = NULL;

    if (template == NULL || !mg_template_expand(template, names, &subject, &body, error))
        return NULL;
    return g_strconcat(subject, "\n", body, NULL);
}

static gchar *render_cell(const gchar *kind, const gchar *cell, GError **error)
{
    GString *out = g_string_new(NULL);
    guint i = 0;

    while (!g_str_equal(kinds[i], kind))
        g_assert(++i < G_N_ELEMENTS(kinds));
    if (mg_python_text_append(out, (MgKind)i, cell, error))
        return g_string_free(out, FALSE);
    g_string_free(out, TRUE);
    return NULL;
}

static void answer(const gchar *kind, const gchar *text, const MgPairs *names)
{
    g_autoptr(GError) error = NULL;
    g_autofree gchar *result = NULL;

    if (g_str_equal(kind, "template"))
        result = expand_template(text, names, &error);
    else if (g_str_equal(kind, "placeholders"))
        result = mg_template_expand_text("t", text, names, &error);
    else
        result = render_cell(kind, text, &error);
    print_hex(result != NULL ? "ok" : "error", result != NULL ? result : error->message);
}

int main(void)
{
    g_autoptr(MgPairs) names = make_names();
    char *line = NULL;
    size_t size = 0;

    while (getline(&line, &size, stdin) > 0) {
        gchar *space = strchr(line, ' ');
        g_autofree gchar *text = NULL;

        g_assert(space != NULL);
        *space = '\0';
        text = from_hex(space + 1);
        answer(line, text, names);
    }
    free(line);
    return 0;
}
