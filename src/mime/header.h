/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Header fields of a mail (RFC 5322), folded to 76 columns, text beyond ASCII as RFC 2047 has it.
 *
 * Each function appends whole lines ended by CRLF. Values are foreign text: none can begin a second
 * field. Pure functions, for any thread.
 */
#pragma once

#include <glib.h>

/* A field of free text, such as Subject: it arrives as it is, whatever characters it holds.
 * MG_ERROR_GROUP, `out` untouched, for a line break and for what is not UTF-8. */
gboolean mg_header_append_text(GString *out, const gchar *name, const gchar *text,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A field of addresses: `given` as it stands where it fits on a line in ASCII, else its mailboxes
 * (of mime/address.h) written anew. */
void mg_header_append_addresses(GString *out, const gchar *name, const gchar *given,
                                const GPtrArray *mailboxes);

/* A field that the site has set. Fields of addresses are recognised by name (Reply-To, Cc, …); in
 * others ASCII stays as it is but for folding. MG_ERROR_GROUP, `out` untouched, where `name` is no
 * field name or one that only the program writes (From, To, Subject, Content-…, MIME-Version, …),
 * and where `value` is NULL, holds a line break or control character, is not UTF-8, is not the
 * addresses that `name` wants, or has a word of more than 900 characters. */
gboolean mg_header_append_further(GString *out, const gchar *name, const gchar *value,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* `Date: Fri, 20 Nov 2026 04:04:05 +0100`: local time, English in any locale; microseconds. */
void mg_header_append_date(GString *out, gint64 date);
