/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "cli/status_report.h"

#include "base/clock.h"
#include "database/refused.h"
#include "database/run_register.h"
#include "database/uncertain.h"

static gboolean read_uncertain(MgStatusReport *report, MgConnection *connection, GError **error)
{
    g_autoptr(GPtrArray) intents = mg_uncertain_list(connection, error);

    if (intents == NULL)
        return FALSE;
    for (guint i = 0; i < intents->len; i++) {
        const MgIntent *intent = g_ptr_array_index(intents, i);
        if (intent->decision != MG_DECISION_NONE)
            report->n_decided++;
        else if (intent->held_since != MG_CLOCK_NONE)
            report->n_held++;
        else
            report->n_uncertain++;
    }
    return TRUE;
}

static gboolean read_refused(MgStatusReport *report, MgConnection *connection, GError **error)
{
    g_autoptr(GPtrArray) all = mg_refused_list(connection, error);

    if (all == NULL)
        return FALSE;
    for (guint i = 0; i < all->len; i++) {
        const MgRefused *refused = g_ptr_array_index(all, i);
        if (refused->set_aside_at == MG_CLOCK_NONE) {
            report->n_refused++;
            report->n_refused_long += refused->n_runs >= MG_REFUSED_RUNS;
        } else {
            report->n_set_aside++;
            report->n_set_aside_directives += refused->n_directives;
        }
    }
    return TRUE;
}

static gboolean read_rejected(MgStatusReport *report, MgConnection *connection, GError **error)
{
    report->rejected = mg_status_list_rejected(connection, G_MAXINT64, MG_STATUS_REJECTED, error);
    return report->rejected != NULL &&
           mg_status_count_rejected(connection, &report->n_rejected, error);
}

/* Days of the calendar: that on which a clock is changed is as long as it is. */
static void find_days(MgStatusReport *report)
{
    g_autoptr(GDateTime) now = g_date_time_new_from_unix_local(report->now / G_USEC_PER_SEC);
    g_autoptr(GDateTime) today =
        g_date_time_new_local(g_date_time_get_year(now), g_date_time_get_month(now),
                              g_date_time_get_day_of_month(now), 0, 0, 0);

    for (gint i = 0; i < MG_STATUS_DAYS; i++)
        report->days[i] = g_date_time_add_days(today, i - MG_STATUS_DAYS + 1);
}

static gboolean read_sent(MgStatusReport *report, MgConnection *connection, GError **error)
{
    gint64 begins[MG_STATUS_DAYS];

    find_days(report);
    for (guint i = 0; i < MG_STATUS_DAYS; i++)
        begins[i] = g_date_time_to_unix(report->days[i]) * G_USEC_PER_SEC;
    return mg_status_count_sent(connection, begins, MG_STATUS_DAYS, report->sent, error);
}

static gboolean read_runs(MgStatusReport *report, MgConnection *connection, GError **error)
{
    g_autoptr(GError) failure = NULL;

    report->runs = mg_status_list_runs(connection, MG_STATUS_RUNS, error);
    if (report->runs == NULL)
        return FALSE;
    report->last_run = mg_status_last_real_run(connection, &failure);
    if (failure == NULL)
        return TRUE;
    g_propagate_error(error, g_steal_pointer(&failure));
    return FALSE;
}

/* That of a run that is alive is no news: it is among the runs. */
static gboolean read_lock(MgStatusReport *report, MgConnection *connection, GError **error)
{
    g_autoptr(GError) failure = NULL;
    gboolean is_alive = FALSE;
    g_autofree gchar *holder = mg_run_register_describe_other(connection, &is_alive, &failure);

    if (failure != NULL) {
        g_propagate_error(error, g_steal_pointer(&failure));
        return FALSE;
    }
    if (!is_alive)
        report->lock_holder = g_steal_pointer(&holder);
    return TRUE;
}

MgStatusReport *mg_status_report_new(MgConnection *connection, const MgSettings *settings,
                                     GError **error)
{
    g_autoptr(MgStatusReport) report = g_new0(MgStatusReport, 1);

    report->now = mg_clock_now();
    if (!mg_pending_count(connection, settings->database.additional_directive_where,
                          &report->pending, error) ||
        !read_lock(report, connection, error) || !read_uncertain(report, connection, error) ||
        !read_refused(report, connection, error) || !read_rejected(report, connection, error) ||
        !read_sent(report, connection, error) || !read_runs(report, connection, error))
        return NULL;
    return g_steal_pointer(&report);
}

void mg_status_report_free(MgStatusReport *report)
{
    if (report == NULL)
        return;
    g_clear_pointer(&report->rejected, g_ptr_array_unref);
    g_clear_pointer(&report->runs, g_ptr_array_unref);
    for (guint i = 0; i < MG_STATUS_DAYS; i++)
        g_clear_pointer(&report->days[i], g_date_time_unref);
    mg_status_run_free(report->last_run);
    g_free(report->lock_holder);
    g_free(report);
}

gint64 mg_status_report_age(const MgStatusReport *report)
{
    if (report->pending.oldest == MG_CLOCK_NONE)
        return 0;
    return MAX(report->now - report->pending.oldest, 0); /* clocks of two machines may differ */
}

guint mg_status_report_uncertain(const MgStatusReport *report)
{
    return report->n_uncertain + report->n_held + report->n_decided;
}

const gchar *mg_status_report_run_state(const MgStatusRun *run)
{
    static const gchar *const names[] = {
        [MG_STATUS_RUN_ENDED] = "ended",
        [MG_STATUS_RUN_GOING_ON] = "running",
        [MG_STATUS_RUN_DIED] = "died",
        [MG_STATUS_RUN_UNKNOWN] = "unknown",
    };

    return names[run->state];
}
