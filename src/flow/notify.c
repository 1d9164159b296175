/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/notify.h"

#define MG_LOGGER "intelmqmail.cb"
#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "flow/delivery.h"
#include "flow/settle.h"
#include "flow/stage1_claim.h"
#include "flow/stage2_decide.h"
#include "flow/stage4_render.h"
#include "flow/stage8_record.h"
#include "base/stop.h"
#include "formats/format.h"

/* How often a group is begun at most where a connection broke before anything had happened. */
#define ATTEMPTS 3

/* Stage 4 for one mail of a request; NULL with error. */
static MgNotification *render(MgWorker *worker, const MgRequest *request, const MgEvents *events,
                              const gchar *ticket, gboolean attach, GError **error)
{
    MgDraft *draft =
        mg_stage4_render(&worker->hand->host.terms, request, events, ticket, attach, error);
    MgNotification *notification;

    if (draft == NULL)
        return NULL;
    notification = mg_notification_new();
    notification->draft = draft;
    return notification;
}

static MgNotification *render_copy(MgWorker *worker, const MgRequest *request, const MgCopy *copy,
                                   const MgEvents *events, const gchar *ticket, GError **error)
{
    MgNotification *notification = render(worker, request, events, ticket, copy->attach, error);

    if (notification == NULL)
        return NULL;
    notification->marks.kind = MG_MARKS_NONE;
    notification->draft->envelope_tos = g_strdupv(copy->envelope_tos);
    return notification;
}

/* Stages 3 to 6 for a format that says what it wants. */
static gboolean make_requested(GPtrArray *deliveries, MgWorker *worker, const MgRequest *request,
                               GError **error)
{
    g_autofree const gchar **fields = mg_table_fields(request->table);
    g_autofree gchar *ticket = NULL;
    g_autoptr(MgEvents) events =
        mg_group_host_load(worker->hand, &worker->hand->host.terms, fields, error);

    if (events != NULL)
        ticket = mg_ticket_source_next(&worker->hand->tickets, error);
    if (ticket == NULL ||
        !mg_delivery_list_add(deliveries, worker,
                              render(worker, request, events, ticket, request->attach, error),
                              error))
        return FALSE;
    for (guint i = 0; i < request->copies->len; i++) {
        const MgCopy *copy = g_ptr_array_index(request->copies, i);
        if (!mg_delivery_list_add(deliveries, worker,
                                  render_copy(worker, request, copy, events, ticket, error), error))
            return FALSE;
    }
    return TRUE;
}

/* Stages 5 and 6 for a format that has made its mails itself. */
static gboolean make_handed_over(GPtrArray *deliveries, MgWorker *worker, GPtrArray *notifications,
                                 GError **error)
{
    while (notifications->len > 0)
        if (!mg_delivery_list_add(deliveries, worker, g_ptr_array_steal_index(notifications, 0),
                                  error))
            return FALSE;
    return TRUE;
}

static void log_postponed(const MgGroup *group, const MgDecision *decision)
{
    g_autofree gchar *description = mg_group_describe(group);

    mg_log_debug("postponed by %s%s%s; %s", decision->format_name,
                 decision->postponed_because != NULL ? ": " : "",
                 decision->postponed_because != NULL ? decision->postponed_because : "",
                 description);
}

static MgLeft left_unclaimed(MgClaim claim)
{
    if (claim == MG_CLAIM_FAILED)
        return MG_LEFT_FAILED;
    return claim == MG_CLAIM_ELSEWHERE ? MG_LEFT_ELSEWHERE : MG_LEFT_SKIPPED;
}

static MgLeft notify(MgWorker *worker, GError **error)
{
    g_autoptr(MgDecision) decision = NULL;
    g_autoptr(GPtrArray) deliveries = NULL;
    MgClaim claim =
        worker->task->uncertain != NULL
            ? mg_uncertain_take(worker->claim, worker->task->uncertain, error)
            : mg_stage1_claim(worker->claim, worker->site->purpose, worker->task->group, error);
    MgLeft how;

    if (claim != MG_CLAIM_HELD)
        return left_unclaimed(claim);
    if (worker->task->uncertain != NULL && mg_settle_without_mail(worker, &how, error))
        return how;
    decision =
        mg_stage2_decide(worker->site->formats, &worker->hand->host, worker->site->is_trial, error);
    if (decision == NULL)
        return MG_LEFT_FAILED;
    if (decision->answer == MG_ANSWER_POSTPONED) {
        log_postponed(worker->task->group, decision);
        mg_account_tell_postponed(worker->site->account, worker->task->group, decision);
        return MG_LEFT_POSTPONED;
    }
    worker->format_name = decision->format_name;
    deliveries = mg_delivery_list_new();
    if (decision->answer == MG_ANSWER_REQUEST
            ? !make_requested(deliveries, worker, decision->request, error)
            : !make_handed_over(deliveries, worker, decision->notifications, error))
        return MG_LEFT_FAILED;
    return mg_delivery_list_deliver(deliveries, worker, error) ? MG_LEFT_SENT : MG_LEFT_FAILED;
}

static gboolean may_begin_again(const MgWorker *worker, const GError *failure, guint attempt)
{
    return g_error_matches(failure, MG_ERROR, MG_ERROR_RETRY) && attempt < ATTEMPTS &&
           !worker->mail_accepted && !mg_stop_requested();
}

/* What the run as a whole must know of a failure: one error instead of one a group. */
static gboolean ends_run(const GError *failure)
{
    return g_error_matches(failure, MG_ERROR, MG_ERROR_RUN) ||
           g_error_matches(failure, MG_ERROR, MG_ERROR_SETUP);
}

gboolean mg_notify_group(MgWorker *worker, const MgTask *task, GError **error)
{
    g_autoptr(GError) failure = NULL;
    MgLeft how;

    mg_worker_begin(worker, task);
    how = notify(worker, &failure);
    for (guint attempt = 1; may_begin_again(worker, failure, attempt); attempt++) {
        mg_log_warning("the group is begun again: %s", failure->message);
        g_clear_error(&failure);
        mg_connection_rollback(worker->claim); /* it may be the desk alone that broke */
        /* As if for the first time: scripts have changed their context, an uncertain mail has used its
         * number. */
        mg_worker_begin(worker, task);
        if (mg_worker_reconnect(worker, &failure))
            how = notify(worker, &failure);
    }
    if (failure != NULL && ends_run(failure)) {
        /* What was accepted and could not be recorded is more than the reason to end. */
        if (worker->mail_accepted)
            mg_stage8_leave(worker, MG_LEFT_FAILED, failure);
        else
            mg_stage8_leave(worker, MG_LEFT_SKIPPED, NULL);
        g_propagate_error(error, g_steal_pointer(&failure));
    } else {
        mg_stage8_leave(worker, how, failure);
    }
    mg_worker_end(worker);
    return error == NULL || *error == NULL;
}
