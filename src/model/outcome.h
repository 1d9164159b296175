/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * An outcome: what the SMTP server said to one accepted mail. A mail that was not accepted has no
 * outcome but an error, whose code tells what to do (smtp/session.h).
 */
#pragma once

#include <glib.h>

/* What is to be done about a recipient who was left out while another was taken. */
typedef enum {
    MG_REFUSAL_FOR_GOOD, /* 5xx: asking again is of no use. An error, and the mail is through */
    MG_REFUSAL_FOR_NOW,  /* does not have the mail, and is still owed it: this very one, same ticket
                            and  Message-Id, to this recipient alone, by the next run */
    MG_REFUSAL_UNCERTAIN, /* was owed it, and may have it since: never again unasked, but as any
                             mail whose end is not known */
} MgRefusalKind;

typedef struct {
    gchar *address;
    MgRefusalKind kind;
    guint code;    /* the server's, 0 where it gave none */
    gchar *reply;  /* (nullable): the server's, made safe: "550 5.1.1 no such user" */
    gchar *reason; /* (nullable): what else went wrong; one of the two is set */
} MgRefusal;

typedef struct {
    /* The final one, made safe: "250 2.0.0 Ok: queued as 4F2"; of a mail that went out in several
     * transactions all, divided by "; ". */
    gchar *reply;
    gchar *queue_id;     /* (nullable): where the reply shows one; several are divided by ", " */
    GPtrArray *refusals; /* of MgRefusal: recipients left out while at least one was taken */
} MgOutcome;

MgOutcome *mg_outcome_new(void);
void mg_outcome_free(MgOutcome *outcome);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgOutcome, mg_outcome_free)

/* The server has taken the mail, for one recipient or more: the first time, or once again for
 * others. The texts are copied. `queue_id` may be NULL. */
void mg_outcome_add_acceptance(MgOutcome *outcome, const gchar *reply, const gchar *queue_id);

/* The texts are copied. */
void mg_outcome_add_refusal(MgOutcome *outcome, const gchar *address, MgRefusalKind kind,
                            guint code, const gchar *reply, const gchar *reason);
