/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * One libcurl handle with its connection to the SMTP server, and one attempt on it after another to
 * transfer a mail: mechanism only, what a failure means stands in smtp/verdict.h and what follows
 * from it in smtp/session.c.
 *
 * A transfer belongs to one session. curl_global_init() comes before all.
 */
#pragma once

#include "model/mail.h"
#include "model/settings.h"
#include "smtp/dialogue.h"
#include "smtp/verdict.h"

typedef struct MgTransfer MgTransfer;

/* Connects nowhere yet. `settings`, which mg_endpoint_check() has approved, must outlive it. */
MgTransfer *mg_transfer_new(const MgSmtpSettings *settings);
void mg_transfer_free(MgTransfer *transfer); /* says QUIT where a connection is open and quiet */

/* What the next attempts shall do: deliver `mail`, which must stay until the last of them, or, with
 * NULL, come as far as a mail would and say NOOP. */
void mg_transfer_load(MgTransfer *transfer, const MgMail *mail);

/* One attempt, on the kept connection if that still is in order. What it returns points into the
 * transfer and holds until the next attempt. */
MgTrouble mg_transfer_attempt(MgTransfer *transfer);

/* The connection is not used again. */
void mg_transfer_drop_connection(MgTransfer *transfer);

/* TLS is not tried again. Only for opportunistic TLS. */
void mg_transfer_give_up_tls(MgTransfer *transfer);

/* What the last attempt and the server said to each other; (transfer none). */
const MgDialogue *mg_transfer_dialogue(const MgTransfer *transfer);
