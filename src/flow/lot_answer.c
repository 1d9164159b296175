/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/lot_answer.h"

#define MG_LOGGER "intelmqmail.cb"
#include "base/error.h"
#include "base/log.h"
#include "flow/delivery_first.h"
#include "flow/delivery_intents.h"
#include "flow/report_sort.h"

gboolean mg_lot_answer_is_request(const MgLotEntry *entry)
{
    return entry->decision->answer == MG_ANSWER_REQUEST;
}

/* Postponed */

static void log_postponed(const MgGroup *group, const MgDecision *decision)
{
    g_autofree gchar *description = mg_group_describe(group);

    mg_log_debug("postponed by %s%s%s; %s", decision->format_name,
                 decision->postponed_because != NULL ? ": " : "",
                 decision->postponed_because != NULL ? decision->postponed_because : "",
                 description);
}

static void leave_postponed(MgLot *lot, MgLotEntry *entry)
{
    log_postponed(entry->task->group, entry->decision);
    mg_account_tell_postponed(lot->worker->site->account, entry->task->group, entry->decision);
    mg_lot_leave(lot, entry, MG_LEFT_POSTPONED);
}

/* Passed on */

/* Formats are asked again, from behind the one that has answered. */
static void pass_on(MgLotEntry *entry)
{
    MgQuestion *question = &entry->host->question;

    question->first_format = entry->decision->format;
    question->first_rule = entry->decision->rule + 1;
    g_clear_pointer(&entry->decision, mg_decision_free);
}

gboolean mg_lot_answer_pass_on(MgLotEntry *entry)
{
    const MgReportForm *form = entry->decision->request->report;

    if (form == NULL || !form->passes ||
        mg_report_form_can_express(form, entry->host->terms.reports, entry->events, 0, NULL))
        return FALSE;
    g_clear_pointer(&entry->events, mg_events_free);
    pass_on(entry);
    return TRUE;
}

/* Reports: a group of several events becomes as many */

static gboolean is_of_reports(const MgLotEntry *entry)
{
    return mg_lot_answer_is_request(entry) && entry->decision->request->report != NULL &&
           entry->task->group->n_events > 1;
}

/* Of one that is uncertain the very mail is wanted. */
static gboolean may_be_divided(const MgTask *task, GError **error)
{
    if (task->uncertain == NULL)
        return TRUE;
    g_set_error(error, MG_ERROR, MG_ERROR_UNKNOWN_OUTCOME,
                "the format now makes a mail of each event, so that the mail of ticket %s cannot "
                "be made again" MG_DELIVERY_INTENTS_HINT,
                task->uncertain->ticket);
    return FALSE;
}

static MgDivision *divide_by_event(const MgLotEntry *entry, const GArray *rest)
{
    MgDivision *division =
        mg_division_by_event(entry->task->group, (const gint64 *)rest->data, rest->len);

    mg_division_ask_first(division, entry->decision->format, entry->decision->rule);
    return division;
}

/* What cannot be a report stays a group, for the formats after this one; where nothing can, the
 * group is passed on as it is. */
static gboolean follow_reports(MgLot *lot, MgLotEntry *entry)
{
    g_autoptr(GArray) can = g_array_new(FALSE, FALSE, sizeof(gint64));
    g_autoptr(GArray) cannot = g_array_new(FALSE, FALSE, sizeof(gint64));
    GError *failure = NULL;

    if (!mg_report_sort_events(entry->host, entry->decision->request, can, cannot, &failure) ||
        (can->len > 0 && !may_be_divided(entry->task, &failure))) {
        mg_lot_fail(lot, entry, failure);
        return TRUE;
    }
    if (can->len == 0) {
        pass_on(entry);
        return FALSE;
    }
    mg_lot_divide(lot, entry, divide_by_event(entry, cannot));
    return TRUE;
}

/* Mails of a script's own */

gboolean mg_lot_answer_is_known(MgLotEntry *entry)
{
    const MgTask *task = entry->task;

    if (task->prepared == NULL)
        return FALSE;
    entry->decision = mg_decision_new(MG_ANSWER_NOTIFICATIONS, task->format_name);
    entry->mailing.format_name = entry->decision->format_name;
    entry->notifications = g_ptr_array_new_with_free_func((GDestroyNotify)mg_notification_free);
    g_ptr_array_add(entry->notifications, mg_notification_copy(task->prepared));
    return TRUE;
}

/* One that sends itself takes as long as it likes, and settles by itself what it has sent: it is
 * done by itself, and so, probably, are those after it. */
static void set_apart(MgLot *lot, MgLotEntry *entry)
{
    if (lot->n_entries > 1)
        mg_pace_note_alone(&lot->worker->pace);
    mg_lot_put_back_from(lot, mg_lot_next(lot, entry));
    if (mg_lot_next(lot, NULL) == entry)
        entry->host->is_alone = entry->mailing.is_alone = TRUE;
    else
        mg_lot_put_back(lot, entry, TRUE);
}

static gboolean marks_nobody_elses(const MgNotification *notification, GHashTable *marked)
{
    const MgMarks *marks = &notification->marks;

    if (marks->kind != MG_MARKS_SOME)
        return FALSE;
    for (gsize i = 0; i < marks->n_ids; i++)
        if (!g_hash_table_add(marked, &marks->ids[i]))
            return FALSE;
    return TRUE;
}

/* Mails of which each marks some of the group, and no two the same: what is known of the group is
 * known of each of them. Not so where the script may have written something, which goes with the
 * group as a whole. */
static gboolean is_of_parts(const MgLotEntry *entry)
{
    g_autoptr(GHashTable) marked = g_hash_table_new(g_int64_hash, g_int64_equal);

    if (entry->notifications->len < 2 || entry->task->uncertain != NULL ||
        entry->host->has_connection)
        return FALSE;
    for (guint i = 0; i < entry->notifications->len; i++) {
        const MgNotification *notification = g_ptr_array_index(entry->notifications, i);
        if (notification->failure != NULL || notification->deliver != NULL ||
            !marks_nobody_elses(notification, marked))
            return FALSE;
    }
    return TRUE;
}

static MgDivision *divide_by_mail(MgLotEntry *entry)
{
    MgDivision *division = mg_division_by_mail(
        entry->task->group, g_steal_pointer(&entry->notifications), entry->decision->format_name);

    mg_division_set_fitted(division, entry->host->has_fitted);
    mg_division_set_divided_before(division, entry->task->has_been_divided);
    return division;
}

static void take_notifications(MgLot *lot, MgLotEntry *entry)
{
    entry->notifications = g_steal_pointer(&entry->decision->notifications);
    if (mg_delivery_first_has_own_send(entry->notifications))
        set_apart(lot, entry);
    else if (is_of_parts(entry))
        mg_lot_divide(lot, entry, divide_by_mail(entry));
}

gboolean mg_lot_answer_follow(MgLot *lot, MgLotEntry *entry)
{
    entry->mailing.format_name = entry->decision->format_name;
    if (is_of_reports(entry))
        return follow_reports(lot, entry);
    if (entry->decision->answer == MG_ANSWER_POSTPONED)
        leave_postponed(lot, entry);
    if (entry->decision->answer == MG_ANSWER_NOTIFICATIONS)
        take_notifications(lot, entry);
    return TRUE;
}
