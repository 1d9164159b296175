/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * An outcome: what the SMTP server said to one accepted mail. A mail that was not accepted has no
 * outcome but an error, whose code tells what to do (smtp/session.h).
 */
#pragma once

#include <glib.h>

typedef struct {
    gchar *address;
    gchar *reply; /* the server's, quoted for messages */
} MgRefusal;

typedef struct {
    gchar *reply;        /* the final one, quoted for messages: "250 2.0.0 Ok: queued as 4F2" */
    gchar *queue_id;     /* (nullable): where the reply shows one */
    GPtrArray *refusals; /* of MgRefusal: recipients refused while at least one was taken */
} MgOutcome;

MgOutcome *mg_outcome_new(void);
void mg_outcome_free(MgOutcome *outcome);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgOutcome, mg_outcome_free)

/* Both texts are copied. */
void mg_outcome_add_refusal(MgOutcome *outcome, const gchar *address, const gchar *reply);
