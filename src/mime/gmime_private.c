/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "mime/gmime_private.h"

/* g_mime_init() counts its calls without a lock, and GMime makes its classes and tables when they
 * are first wanted: a mail to nobody makes them all while nothing else runs. */
static gpointer prepare(gpointer data)
{
    g_autoptr(GMimeMultipart) multipart = NULL;
    g_autoptr(GMimePart) part = NULL;
    g_autofree gchar *text = NULL;
    g_autofree gchar *name = NULL;
    g_autofree gchar *date = NULL;
    g_autoptr(GDateTime) now = g_date_time_new_now_local(); /* GLib reads the time zone */

    g_mime_init();
    multipart = g_mime_multipart_new_with_subtype("mixed");
    part = g_mime_part_new_with_type("text", "plain");
    g_mime_part_set_filename(part, "\xc3\xbc");
    g_mime_multipart_add(multipart, GMIME_OBJECT(part));
    text = g_mime_object_to_string(GMIME_OBJECT(multipart), NULL);
    name = g_mime_utils_header_decode_phrase(NULL, "=?utf-8?q?=C3=BC?=");
    date = g_mime_utils_header_format_date(now);
    return NULL;
}

void mg_gmime_init(void)
{
    static GOnce once = G_ONCE_INIT;

    g_once(&once, prepare, NULL);
}
