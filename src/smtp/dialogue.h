/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * The dialogue with an SMTP server as it is overheard: which step it stands at, what the server
 * said to it, and to each recipient.
 *
 * libcurl speaks; this only listens. Pure; one dialogue belongs to one session.
 */
#pragma once

#include "smtp/reply.h"

typedef enum {
    MG_STEP_CONNECT,
    MG_STEP_TLS, /* the TLS handshake, at once or after STARTTLS */
    MG_STEP_BANNER,
    MG_STEP_EHLO,
    MG_STEP_STARTTLS,
    MG_STEP_AUTH,
    MG_STEP_NOOP,
    MG_STEP_MAIL,
    MG_STEP_RCPT,
    MG_STEP_DATA, /* the command, until it is answered */
    MG_STEP_TEXT, /* the mail itself is going out */
    MG_STEP_DOT,  /* the final dot may have gone out */
} MgStep;

typedef struct {
    guint code;
    gboolean is_about_number; /* 552 or x.5.3: too many recipients, or a mailbox that is full */
    gchar *reply;             /* made safe */
} MgRecipientReply;

typedef struct {
    MgStep step;
    MgReply *reply;        /* what was said to this step, so far */
    GPtrArray *recipients; /* of MgRecipientReply: answers to RCPT TO, in their order */
    gsize text_sent;       /* bytes of the mail that went out */
    gsize text_size;       /* bytes at which the final dot may have followed */
    gboolean closing;      /* QUIT was said: nothing after it counts */
    gboolean
        ehlo_refused;     /* HELO was tried after it: until that is answered, the noise of the reply
                              is what was said to EHLO */
    gboolean out_of_turn; /* the server said something, after the answer or during the text, to
                              which it  had not been asked */

    /* Facts of the connection, which live on from mail to mail: */
    gboolean secured;         /* STARTTLS was agreed on */
    gboolean offers_starttls; /* by the last EHLO */
    gboolean offers_login;    /* by the last EHLO */
    gboolean has_greeted;     /* to an EHLO or HELO it said yes */
    guint64 most_bytes;       /* of a mail, by the last EHLO (RFC 1870); 0: no limit is known */
    gboolean logged_in;
} MgDialogue;

MgDialogue *mg_dialogue_new(void);
void mg_dialogue_free(MgDialogue *dialogue);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgDialogue, mg_dialogue_free)

/* A mail of `text_size` bytes is about to be sent, or a probe (0). */
void mg_dialogue_begin(MgDialogue *dialogue, gsize text_size);

/* A command line went out. Its arguments are not kept: they may be secrets. */
void mg_dialogue_command(MgDialogue *dialogue, const gchar *bytes, gsize length);

/* `length` bytes of the mail went out. */
void mg_dialogue_text(MgDialogue *dialogue, gsize length);

/* Bytes came in. */
void mg_dialogue_answer(MgDialogue *dialogue, const gchar *bytes, gsize length);

/* Bytes that came in while the mail was going out: kept where they are a refusal. */
void mg_dialogue_early_answer(MgDialogue *dialogue, const gchar *bytes, gsize length);

/* An answer to the step has begun, and not ended. */
gboolean mg_dialogue_is_heard_in_part(const MgDialogue *dialogue);

/* The final dot was answered with 2xx. */
gboolean mg_dialogue_is_accepted(const MgDialogue *dialogue);

/* The step in words for messages: "RCPT TO", "the final dot". (transfer none) */
const gchar *mg_dialogue_step_name(MgStep step);
