/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Addresses in headers and envelopes, held strictly (RFC 5321, RFC 5322).
 *
 * An address is `local@domain` in ASCII: a domain in other letters becomes its A-label (`xn--…`); a
 * local part may be a quoted string of printable ASCII;
 * one in other letters is refused, since it would need SMTPUTF8 all the way, and so is a
 * domain that the two generations of IDNA translate differently. Refused too: groups (`a: b@c;`),
 * routes, line breaks and control characters. Dots may stand anywhere in a local part, as they do
 * in some old addresses. Pure functions, for any thread.
 */
#pragma once

#include <glib.h>

typedef struct {
    gchar *name; /* (nullable): display name, unquoted and decoded, with comments as they stand */
    gchar *address; /* `local@domain`, fit for an envelope */
} MgMailbox;

/* The mailboxes of a header's text, one or several separated by commas. `what` begins error
 * messages ("recipient"). MG_ERROR_GROUP, quoting the text, where it is anything else.
 * (transfer full) (element-type MgMailbox) */
GPtrArray *mg_address_parse(const gchar *what, const gchar *header,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The bare address of a From header's text, which may carry a display name: `local@domain`.
 * MG_ERROR_GROUP where the text is not exactly one mailbox with a domain. (transfer full) */
gchar *mg_address_of_sender(const gchar *sender, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The bare addresses of a To header's text, one or several; the same strictness.
 * (transfer full) (array zero-terminated=1) */
gchar **mg_address_list(const gchar *header, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether `address` may stand in an envelope: one `local@domain`, no white space, control
 * character, angle bracket or comma but in a quoted local part; MG_ERROR_GROUP, quoting it, where
 * not. */
gboolean mg_address_check(const gchar *address, GError **error) G_GNUC_WARN_UNUSED_RESULT;
