/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Any text as a report in JSON to be shown: nothing of it is lost but blanks, and what is enclosed is shown once. */
#include "preview/report_text.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree gchar *json = g_strndup((const gchar *)data, size);
    g_autofree gchar *shown = mg_report_text_of(json);
    gboolean is_text = g_utf8_validate(json, -1, NULL);
    const gchar *at = shown;

    g_assert(!is_text || g_utf8_validate(shown, -1, NULL));
    if (strstr(shown, "(see below)") != NULL)
        return 0;
    for (const gchar *wanted = json; *wanted != '\0'; wanted++) {
        if (strchr(" \t\r\n", *wanted) != NULL)
            continue;
        at = strchr(at, *wanted);
        g_assert(at != NULL);
        at++;
    }
    return 0;
}
