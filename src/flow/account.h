/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * The account: what a run tells of each group and mail while it works, for a report, a preview, a
 * count. The log tells the operator the same in words.
 *
 * Workers tell, one at a time under the account's own lock. A handler must not call back into the
 * run and should be quick: every worker that has something to tell waits for it. What it is handed
 * lives as long as the call, but for MgGroup, which may be kept with mg_group_ref().
 */
#pragma once

#include "flow/summary.h"
#include "formats/decision.h"
#include "model/form.h"
#include "model/group.h"
#include "model/mail.h"
#include "model/outcome.h"

typedef struct {
    const MgGroup *group;
    const gchar *format_name; /* which format answered; (nullable) in an uncertain case only */
    const MgMail *mail;       /* as it goes to the server */
    const MgOutcome *outcome; /* (nullable): in a preview and a dry run there is none */
    gsize size_limit;         /* bytes that it was made to keep to; 0: whatever it comes to */
    const MgPart *part; /* (nullable): which events it carries, and how, where that is known */
    gboolean is_copy;   /* its acceptance does not mark the directives as sent */
    gboolean is_resent; /* an uncertain delivery, made again under its old ticket */
} MgAccountMail;

/* Each may be NULL. Every group of the run that was begun is told by at least one of them; one
 * whose mails were sent by mail() or by_script(). In a run that sends, a failed() group may have
 * had mails before: copies that went first, or a mail that was accepted and could not be recorded.
 * A group that a worker could not do because of its own connections is told as skipped, and perhaps
 * again by the worker that took it over. */
typedef struct {
    /* Accepted by the server; in a dry run and a preview: would be handed to it now. */
    void (*mail)(const MgAccountMail *told, gpointer user_data);
    /* Only where nothing is sent: a format script sends this one by its own send(), so that nobody
     * can know beforehand what it will be. `ticket` is (nullable). */
    void (*by_script)(const MgGroup *group, const gchar *format_name, const gchar *ticket,
                      gpointer user_data);
    void (*postponed)(const MgGroup *group, const MgDecision *decision, gpointer user_data);
    /* The group stays pending. */
    void (*failed)(const MgGroup *group, const GError *failure, gpointer user_data);
    /* A mail after the one that decided over the group; the group is recorded. `mail` (nullable):
     * could not be made. */
    void (*copy_failed)(const MgGroup *group, const MgMail *mail, const GError *failure,
                        gpointer user_data);
    /* MG_LEFT_ELSEWHERE or MG_LEFT_SKIPPED; `because` in words. */
    void (*skipped)(const MgGroup *group, MgLeft how, const gchar *because, gpointer user_data);
} MgAccountHandlers;

typedef struct MgAccount MgAccount;

/* `handlers` must outlive the account; so must what is behind `user_data`. */
MgAccount *mg_account_new(const MgAccountHandlers *handlers, gpointer user_data);
void mg_account_free(MgAccount *account);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgAccount, mg_account_free)

/* For the stages. `account` (nullable): nobody wants to know. */
void mg_account_tell_mail(MgAccount *account, const MgAccountMail *told);
void mg_account_tell_by_script(MgAccount *account, const MgGroup *group, const gchar *format_name,
                               const gchar *ticket);
void mg_account_tell_postponed(MgAccount *account, const MgGroup *group,
                               const MgDecision *decision);
void mg_account_tell_failed(MgAccount *account, const MgGroup *group, const GError *failure);
void mg_account_tell_copy_failed(MgAccount *account, const MgGroup *group, const MgMail *mail,
                                 const GError *failure);
void mg_account_tell_skipped(MgAccount *account, const MgGroup *group, MgLeft how,
                             const gchar *because);
