/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "cli/plain_text.h"
#include "cli/status_output.h"

static gboolean is_beyond(const MgStatusReport *report, gint64 limit)
{
    return limit > 0 && mg_status_report_age(report) > limit;
}

/* The age decides: whatever keeps mails from going out, a server that is down, a run that never
 * starts, a delivery that is held and forgotten, makes something pending grow old. A rejected
 * directive is not pending, and nobody would ever be notified. Where a lock keeps runs from taking
 * place, that is known before anything grows old. */
MgStatusLevel mg_status_output_level(const MgStatusReport *report, const MgStatusLimits *limits)
{
    if (is_beyond(report, limits->crit_age))
        return MG_STATUS_CRITICAL;
    return is_beyond(report, limits->warn_age) || report->n_rejected > 0 ||
                   report->lock_holder != NULL
               ? MG_STATUS_WARNING
               : MG_STATUS_OK;
}

const gchar *mg_status_output_level_name(MgStatusLevel level)
{
    static const gchar *const names[] = {
        [MG_STATUS_OK] = "OK",
        [MG_STATUS_WARNING] = "WARNING",
        [MG_STATUS_CRITICAL] = "CRITICAL",
        [MG_STATUS_UNKNOWN] = "UNKNOWN",
    };

    return names[level];
}

static void append_limit(GString *out, gint64 limit)
{
    g_string_append_c(out, ';');
    if (limit > 0)
        g_string_append_printf(out, "%" G_GINT64_FORMAT, limit / G_USEC_PER_SEC);
}

static void append_pending(GString *out, const MgStatusReport *report)
{
    g_autofree gchar *age = mg_plain_text_duration(mg_status_report_age(report));

    if (report->pending.n_directives == 0) {
        g_string_append(out, " - nothing is pending");
        return;
    }
    g_string_append(out, " - ");
    mg_plain_text_append_count(out, report->pending.n_directives, "directive", "directives");
    g_string_append(out, " in ");
    mg_plain_text_append_count(out, report->pending.n_groups, "group", "groups");
    g_string_append_printf(out, " pending, the oldest for %s", age);
}

gchar *mg_status_output_check_line(const MgStatusReport *report, const MgStatusLimits *limits)
{
    gint64 age = mg_status_report_age(report);
    GString *out = g_string_new("MAILGEN ");

    g_string_append(out, mg_status_output_level_name(mg_status_output_level(report, limits)));
    append_pending(out, report);
    if (report->lock_holder != NULL)
        g_string_append(out, ", no run takes place: a session without a run holds the lock");
    if (mg_status_report_uncertain(report) > 0) {
        g_string_append(out, ", uncertain: ");
        mg_plain_text_append_count(out, mg_status_report_uncertain(report), "delivery",
                                   "deliveries");
    }
    if (report->n_set_aside > 0) {
        g_string_append(out, ", set aside: ");
        mg_plain_text_append_count(out, report->n_set_aside, "group", "groups");
    }
    if (report->n_rejected > 0) {
        g_string_append(out, ", rejected: ");
        mg_plain_text_append_count(out, report->n_rejected, "directive", "directives");
    }
    g_string_append_printf(out, " | oldest_age=%" G_GINT64_FORMAT "s", age / G_USEC_PER_SEC);
    append_limit(out, limits->warn_age);
    append_limit(out, limits->crit_age);
    g_string_append_printf(
        out,
        ";0 pending_directives=%" G_GUINT64_FORMAT ";;;0 pending_groups=%" G_GUINT64_FORMAT
        ";;;0 uncertain=%u;;;0 rejected=%" G_GUINT64_FORMAT ";;;0 sent_today=%" G_GUINT64_FORMAT
        ";;;0",
        report->pending.n_directives, report->pending.n_groups, mg_status_report_uncertain(report),
        report->n_rejected, report->sent[MG_STATUS_DAYS - 1]);
    return g_string_free(out, FALSE);
}
