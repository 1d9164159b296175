/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "openpgp/armor.h"

#include <string.h>

#define BEGIN "-----BEGIN PGP SIGNATURE-----\n"
#define END "-----END PGP SIGNATURE-----\n"

#define LINE_LENGTH 64 /* of base64, as gpg breaks it */

static guint32 crc24(const guint8 *bytes, gsize size)
{
    guint32 crc = 0xb704ce;

    for (gsize i = 0; i < size; i++) {
        crc ^= (guint32)bytes[i] << 16;
        for (guint bit = 0; bit < 8; bit++)
            crc = (crc << 1) ^ ((crc & 0x800000) != 0 ? 0x1864cfb : 0);
    }
    return crc & 0xffffff;
}

GBytes *mg_armor_write(const gchar *head, GBytes *data)
{
    gsize size = 0;
    const guint8 *bytes = g_bytes_get_data(data, &size);
    guint32 crc = crc24(bytes, size);
    const guint8 check[] = {(guint8)(crc >> 16), (guint8)(crc >> 8), (guint8)crc};
    g_autofree gchar *base64 = g_base64_encode(bytes, size);
    g_autofree gchar *checksum = g_base64_encode(check, sizeof check);
    gsize length = strlen(base64);
    GString *text = g_string_new(head);

    for (gsize at = 0; at < length; at += LINE_LENGTH) {
        g_string_append_len(text, base64 + at, (gssize)MIN(LINE_LENGTH, length - at));
        g_string_append_c(text, '\n');
    }
    g_string_append_printf(text, "=%s\n" END, checksum);
    return g_string_free_to_bytes(text);
}

GBytes *mg_armor_read(GBytes *text, gchar **head)
{
    gsize size = 0;
    const gchar *bytes = g_bytes_get_data(text, &size);
    g_autofree gchar *copy = g_strndup(bytes != NULL ? bytes : "", size);
    gchar *empty = g_str_has_prefix(copy, BEGIN) ? strstr(copy, "\n\n") : NULL;
    gchar *check = empty != NULL ? strstr(empty, "\n=") : NULL;
    g_autofree gchar *kept = NULL;
    g_autoptr(GBytes) data = NULL;
    g_autoptr(GBytes) again = NULL;
    gsize length;
    guchar *decoded;

    if (check == NULL)
        return NULL;
    kept = g_strndup(copy, (gsize)(empty + 2 - copy));
    *check = '\0';
    decoded = g_base64_decode(empty + 2, &length);
    data = g_bytes_new_take(decoded, length);
    again = mg_armor_write(kept, data);
    if (!g_bytes_equal(again, text))
        return NULL;
    *head = g_steal_pointer(&kept);
    return g_steal_pointer(&data);
}
