/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * One reply of an SMTP server (RFC 5321 section 4.2), put together from the bytes as they come.
 *
 * Pure, for any thread. The bytes are foreign and may be anything: what is kept is bounded, and no
 * byte is trusted.
 */
#pragma once

#include <glib.h>

typedef struct {
    guint code;        /* 100 to 999; 0: no reply line yet */
    gboolean complete; /* the last line was seen */
    GString *text;     /* "550 5.1.1 no such user": a multi-line reply's lines joined by a blank */
    GString *noise;    /* the first line that was no reply line, for messages; empty: none */
    GString *line;     /* the line that is being read */
} MgReply;

MgReply *mg_reply_new(void);
void mg_reply_free(MgReply *reply);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgReply, mg_reply_free)

void mg_reply_clear(MgReply *reply);

/* Takes further bytes, cut anywhere, up to the end of the reply. The number of bytes taken: less
 * than `length` where the reply ended before; 0 where it was complete already. */
gsize mg_reply_add(MgReply *reply, const gchar *bytes, gsize length);

/* The reply (where there is none, the noise) made safe, "none" where there is neither. (transfer
 * full) */
gchar *mg_reply_text(const MgReply *reply);

/* The same in quotes, for messages, "none" where there is neither.
 * (transfer full) */
gchar *mg_reply_quote(const MgReply *reply);

/* The enhanced status code of the reply, such as "5.1.1" (RFC 3463), or NULL. (transfer full) */
gchar *mg_reply_enhanced(const MgReply *reply);

/* The name under which the server queued the mail, as a final reply's text shows it: Postfix, Exim,
 * Sendmail, OpenSMTPD, qmail, Exchange, Haraka, others by luck. NULL where none is seen. Letters,
 * digits and "-_.:@+=" only, 128 at most. (transfer full) */
gchar *mg_reply_queue_id(const gchar *text);
