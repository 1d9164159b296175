/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Any text as a JSON value: Python's text of it is UTF-8 without NUL, or the error is one of the
 * group. */
#include "base/error.h"
#include "render/python_json.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree gchar *json = g_strndup((const gchar *)data, size);
    g_autoptr(GString) out = g_string_new(NULL);
    g_autoptr(GError) error = NULL;

    if (mg_python_json_append(out, json, &error))
        g_assert(g_utf8_validate_len(out->str, out->len, NULL));
    else
        g_assert(g_error_matches(error, MG_ERROR, MG_ERROR_GROUP) &&
                 g_utf8_validate(error->message, -1, NULL));
    return 0;
}
