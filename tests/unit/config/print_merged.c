/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * For compare_with_python.py: reads `LENGTH LENGTH\n` and two documents of so many bytes from
 * standard input again and again, prints the length of the merged document and the document, or of
 * an error -1 and a line with the message.
 */
#include "config/sources.h"

#include <stdio.h>
#include <string.h>

static void add_document(MgSources *sources, gsize length, MgProblems *problems)
{
    g_autofree gchar *text = g_malloc(length + 1);

    g_assert_cmpuint(fread(text, 1, length, stdin), ==, length);
    mg_sources_add(sources, "document", text, length, problems);
}

static void answer(gsize below_length, gsize above_length)
{
    g_autoptr(MgProblems) problems = mg_problems_new();
    g_autoptr(MgSources) sources = mg_sources_new();
    g_autofree gchar *text = NULL;

    add_document(sources, below_length, problems);
    add_document(sources, above_length, problems);
    if (problems->errors->len > 0) {
        printf("-1 %s\n", (const gchar *)problems->errors->pdata[0]);
        return;
    }
    text = mg_sources_print(mg_sources_root(sources));
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
