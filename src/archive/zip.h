/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * A zip archive of one file, made in memory: deflated, never encrypted, its sizes in the local
 * header, where the simplest of readers look. The same name, content and time give the same bytes.
 * The project's one door to libzip. Pure, for any thread.
 */
#pragma once

#include <glib.h>

/* `time`: microseconds; an archive has whole two seconds of local time, from 1980 on. `name` is
 * UTF-8 and leads nowhere: MG_ERROR_GROUP where it is empty, not UTF-8, of more than 200 bytes, "."
 * or "..", or holds a slash, a backslash, a colon or a control character. MG_ERROR_RUN where
 * memory is short. (transfer full) */
GBytes *mg_zip_pack(const gchar *name, const gchar *content, gsize size, gint64 time,
                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What is too much to be in memory at once. */
typedef struct {
    /* The next stretch, which stands until the one after it; `size` 0: that was all. */
    gboolean (*next)(gpointer data, const gchar **bytes, gsize *size, GError **error);
    gpointer data;
    gsize size; /* bytes in all */
} MgZipContent;

/* The same archive of that, where it has no more than `most` bytes. Else NULL without error, as
 * soon as that is known; `estimate` (nullable) then receives how many bytes it would come to, more
 * than `most`. Errors as mg_zip_pack(), and those of next(). (transfer full) */
GBytes *mg_zip_pack_content(const gchar *name, const MgZipContent *content, gint64 time, gsize most,
                            gsize *estimate, GError **error) G_GNUC_WARN_UNUSED_RESULT;
