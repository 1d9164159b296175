/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/stage2_decide.h"

#define MG_LOGGER "intelmqmail.cb"
#include "base/error.h"
#include "base/log.h"

static gboolean must_end(const MgFormat *format, const GError *failure)
{
    return format->klass->failure_is_final || failure->code != MG_ERROR_GROUP;
}

static void log_failure(const MgFormat *format, const GError *failure)
{
    mg_log_error("Error: format %s failed, the next one is asked: %s", format->filename,
                 failure->message);
}

static MgDecision *ask(MgFormat *format, const MgQuestion *question, MgBusy *busy, GError **error)
{
    MgDecision *decision;

    mg_busy_begin(busy, format->filename, question->group, g_get_monotonic_time());
    decision = mg_format_decide(format, question, error);
    mg_busy_end(busy);
    return decision;
}

MgDecision *mg_stage2_decide(const GPtrArray *formats, const MgQuestion *question, MgBusy *busy,
                             gboolean is_quiet, GError **error)
{
    MgQuestion asked = *question;
    guint n_failed = 0;

    for (guint i = asked.first_format; i < formats->len; i++, asked.first_rule = 0) {
        MgFormat *format = g_ptr_array_index(formats, i);
        g_autoptr(GError) failure = NULL;
        g_autoptr(MgDecision) decision = ask(format, &asked, busy, &failure);

        if (decision == NULL && must_end(format, failure)) {
            g_propagate_error(error, g_steal_pointer(&failure));
            return NULL;
        }
        if (decision == NULL) {
            n_failed++;
            if (!is_quiet)
                log_failure(format, failure);
            continue;
        }
        decision->format = i;
        if (decision->answer != MG_ANSWER_NOT_MINE)
            return g_steal_pointer(&decision);
    }
    g_set_error(error, MG_ERROR, MG_ERROR_GROUP,
                "none of the %u formats answers for this directive (%u failed)", formats->len,
                n_failed);
    return NULL;
}
