/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "run/template_check.h"

#include "base/error.h"
#include "database/event_query.h"
#include "flow/host.h"
#include "flow/stage1_claim.h"
#include "flow/stage2_decide.h"
#include "flow/stage4_render.h"
#include "formats/notification.h"

/* Beyond every interval and age that formats wait for; Python's calendar goes to the year 9999. */
#define LATER (G_GINT64_CONSTANT(200) * 365 * 24 * 3600 * G_USEC_PER_SEC)

#define DUMMY_TICKET "00000000-00000000"
#define DUMMY_CSV "\"dummy\"\r\n"

/* Texts may depend on the form. */
static gboolean check_form(const MgHost *host, const MgRequest *request, MgForm form,
                           GError **error)
{
    g_autoptr(MgDraft) draft =
        mg_stage4_render(&host->terms, request, NULL, DUMMY_TICKET, form, error);

    return draft != NULL;
}

static gboolean check_request(const MgHost *host, MgRequest *request, GError **error)
{
    g_auto(GStrv) fields = mg_stage4_fields(request);

    if (request->csv == NULL &&
        !mg_event_query_check(host->connection, (const gchar *const *)fields, error))
        return FALSE;
    g_free(request->csv);
    request->csv = g_strdup(DUMMY_CSV);
    if (!request->is_by_size)
        return check_form(host, request, request->form, error);
    for (guint form = 0; form < MG_FORM_COUNT; form++)
        if (!check_form(host, request, form, error))
            return FALSE;
    return TRUE;
}

static gboolean check_notifications(const GPtrArray *notifications, GError **error)
{
    for (guint i = 0; i < notifications->len; i++) {
        const MgNotification *notification = g_ptr_array_index(notifications, i);

        if (notification->failure == NULL)
            continue;
        g_propagate_error(error, g_error_copy(notification->failure));
        return FALSE;
    }
    return TRUE;
}

static MgTemplateState judge(const MgHost *host, const MgDecision *decision, GError **error)
{
    if (decision->answer == MG_ANSWER_POSTPONED)
        return MG_TEMPLATE_NOT_ASKED;
    if (decision->answer == MG_ANSWER_REQUEST)
        return check_request(host, decision->request, error) ? MG_TEMPLATE_EXPANDS
                                                             : MG_TEMPLATE_FAILED;
    return check_notifications(decision->notifications, error) ? MG_TEMPLATE_EXPANDS
                                                               : MG_TEMPLATE_FAILED;
}

static MgTemplateState check(MgHost *host, const MgWorker *worker, gchar **format_name,
                             GError **error)
{
    g_autoptr(MgDecision) decision =
        mg_stage2_decide(worker->site->formats, &host->question, worker->busy, FALSE, error);
    MgTemplateState state;

    if (decision == NULL)
        return MG_TEMPLATE_FAILED;
    state = judge(host, decision, error);
    if (state != MG_TEMPLATE_FAILED)
        *format_name = g_strdup(decision->format_name);
    return state;
}

MgTemplateState mg_template_check(MgWorker *worker, const MgGroup *group, gchar **format_name,
                                  GError **error)
{
    MgGroup *one = (MgGroup *)group;
    g_autoptr(MgLotEvents) events = mg_lot_events_new(worker->claim, &group, 1);
    g_autoptr(MgHost) host =
        mg_host_new(worker->site, group, worker->signer, worker->claim, worker->tickets, NULL);
    MgClaim claim;
    MgTemplateState state = MG_TEMPLATE_FAILED;

    g_assert(worker->site->purpose == MG_PURPOSE_PREVIEW);
    *format_name = NULL;
    mg_host_join_lot(host, events, 0, TRUE);
    host->question.now += LATER;
    if (mg_stage1_claim(worker->claim, MG_PURPOSE_PREVIEW, &one, 1, &claim, error))
        state = check(host, worker, format_name, error);
    mg_connection_rollback(worker->claim);
    return state;
}
