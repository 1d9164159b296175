/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "mime/base64.h"

#define BYTES_OF_LINE 57 /* a multiple of 3, so that no line but the last is filled up */
#define LINE 76

void mg_base64_append(GString *out, gconstpointer bytes, gsize size)
{
    const guchar *at = bytes;
    gchar line[LINE + 8];

    for (gsize left = size; left > 0;) {
        gsize n_bytes = MIN(BYTES_OF_LINE, left);
        gint state = 0;
        gint save = 0;
        gsize length = g_base64_encode_step(at, n_bytes, FALSE, line, &state, &save);

        length += g_base64_encode_close(FALSE, line + length, &state, &save);
        g_string_append_len(out, line, (gssize)length);
        g_string_append_len(out, "\r\n", 2);
        at += n_bytes;
        left -= n_bytes;
    }
}
