/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Whose turn it is to speak on an SMTP connection. An answer that was there before its command is
 * none, and whoever takes it for one is a step behind from then on: libcurl does so, and does not
 * show what it has read and not yet used. What the kernel has counted on the socket tells of it:
 * exactly in clear text. With TLS it tells most of the time; there a server that says all answers
 * beforehand, 354 among them, can still lie, as it can by any answer. One that is a step ahead is
 * found out at DATA by either.
 *
 * A turn belongs to one transfer. Where the kernel does not count, nobody ever speaks out of turn.
 */
#pragma once

#include <glib.h>

typedef struct {
    gint64 heard;  /* bytes of answers since the connection began; means nothing with TLS */
    gint64 before; /* bytes that had come in when it was last our turn to speak */
} MgTurn;

/* A new connection. */
void mg_turn_begin(MgTurn *turn);

/* Further `length` bytes of an answer. */
void mg_turn_hear(MgTurn *turn, gsize length);

/* From here on it is our turn. In clear text FALSE where the server has said more than was heard;
 * with TLS that is seen only by what follows. `fd` of -1: no socket, TRUE. */
gboolean mg_turn_pass(MgTurn *turn, gint fd, gboolean is_secured);

/* We are speaking, and nothing has come in since mg_turn_pass(). An answer that begins while this
 * holds was there before. */
gboolean mg_turn_is_silent(const MgTurn *turn, gint fd);
