/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * For compare_with_python.py: reads `LENGTH LENGTH\n` and two documents of so many bytes from
 * standard input again and again, prints the length of the merged document and the document, or of
 * an error -1 and a line with the message.
 */
#include "config/json.h"

#include <stdio.h>

static MgJson *read_document(gsize length, GError **error)
{
    g_autofree gchar *text = g_malloc(length + 1);

    g_assert_cmpuint(fread(text, 1, length, stdin), ==, length);
    return mg_json_parse("document", text, length, error);
}

static void answer(gsize below_length, gsize above_length)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GError) above_error = NULL;
    g_autoptr(MgJson) below = read_document(below_length, &error);
    g_autoptr(MgJson) above = read_document(above_length, &above_error);
    g_autoptr(MgJson) merged = NULL;
    g_autofree gchar *text = NULL;

    if (below == NULL || above == NULL) {
        printf("-1 %s\n", error != NULL ? error->message : above_error->message);
        return;
    }
    merged = mg_json_merge(below, above);
    text = mg_json_to_text(merged);
    printf("%zu\n%s", strlen(text), text);
}

int main(void)
{
    gsize below_length = 0;
    gsize above_length = 0;

    while (scanf("%zu %zu", &below_length, &above_length) == 2) {
        g_assert_cmpint(getchar(), ==, '\n');
        answer(below_length, above_length);
        fflush(stdout);
    }
    return 0;
}
