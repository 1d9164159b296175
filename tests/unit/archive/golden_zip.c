/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * golden_zip NAME SECONDS: what is read, packed. For golden_zip.py.
 */
#include "archive/zip.h"

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char *argv[])
{
    g_autoptr(GString) content = g_string_new(NULL);
    g_autoptr(GBytes) archive = NULL;
    gint64 seconds = argc == 3 ? g_ascii_strtoll(argv[2], NULL, 10) : 0;
    gsize size;
    gconstpointer bytes;

    for (int character = getchar(); character != EOF; character = getchar())
        g_string_append_c(content, (gchar)character);
    archive = mg_zip_pack(argv[1], content->str, content->len, seconds * G_USEC_PER_SEC, NULL);
    g_assert_nonnull(archive);
    bytes = g_bytes_get_data(archive, &size);
    fwrite(bytes, 1, size, stdout);
    return EXIT_SUCCESS;
}
