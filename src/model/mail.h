/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * A mail: the exact bytes for the wire, and the envelope.
 *
 * Immutable once made; for any thread.
 */
#pragma once

#include <glib.h>

typedef struct {
    gchar *ticket;
    gchar *message_id;    /* with its angle brackets */
    gint64 date;          /* the Date header's time, whole seconds; microseconds, base/clock.h */
    gchar *subject;       /* as text, for log, list and preview */
    gchar *recipient;     /* the To header as text */
    gchar *envelope_from; /* a bare address, checked: no space, control character or bracket */
    gchar **envelope_tos; /* bare addresses, checked likewise; one at least */
    gchar **original_tos; /* (nullable): redirected; the recipients that it would have had */
    GBytes *wire;         /* lines ended by CRLF, dots not yet stuffed */
} MgMail;

MgMail *mg_mail_new(void); /* all empty; the caller fills it */
MgMail *mg_mail_copy(const MgMail *mail);
void mg_mail_free(MgMail *mail);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgMail, mg_mail_free)
