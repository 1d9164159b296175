/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Addresses in headers and envelopes, held strictly (contract 8, 13; RFC 5321, RFC 5322).
 */
#pragma once

#include <glib.h>

/* The bare address of a From header's text, which may carry a display name: `local@domain`.
 * MG_ERROR_GROUP where the text is not exactly one mailbox with a domain. (transfer full) */
gchar *mg_address_of_sender(const gchar *sender, GError **error);

/* The bare addresses of a To header's text, one or several; the same strictness.
 * (transfer full) (array zero-terminated=1) */
gchar **mg_address_list(const gchar *header, GError **error);

/* Whether `address` may stand in an envelope: one `local@domain`, no white space, control
 * character, angle bracket or comma; MG_ERROR_GROUP, quoting it, where not. */
gboolean mg_address_check(const gchar *address, GError **error);
