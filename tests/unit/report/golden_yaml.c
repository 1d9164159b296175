/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * golden_yaml: what is read, pieces ended by NUL, as a map whose keys and texts they are in turn.
 * For golden_yaml.py.
 */
#include "report/plain_yaml.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(void)
{
    g_autoptr(GString) input = g_string_new(NULL);
    g_autoptr(GString) out = g_string_new(NULL);

    for (int character = getchar(); character != EOF; character = getchar())
        g_string_append_c(input, (gchar)character);
    for (const gchar *at = input->str; at < input->str + input->len;) {
        const gchar *key = at;
        const gchar *text = key + strlen(key) + 1;

        mg_plain_yaml_text(out, key, text);
        at = text + strlen(text) + 1;
    }
    fputs(out->str, stdout);
    return EXIT_SUCCESS;
}
