/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/worker_host.h"

#include "base/clock.h"
#include "flow/stage3_load.h"
#include "flow/stage4_render.h"
#include "flow/stage5_compose.h"
#include "flow/stage6_sign.h"
#include "flow/worker.h"

static MgEvents *load_events(MgHost *host, const gchar *const *fields, GError **error)
{
    return mg_stage3_load(mg_worker_of_host(host), fields, NULL, error);
}

static gchar *new_ticket(MgHost *host, GError **error)
{
    return mg_worker_new_ticket(mg_worker_of_host(host), error);
}

/* A table that the format has made itself: nothing is left to be loaded. */
static MgDraft *render_made(MgWorker *worker, const MgRequest *request, const gchar *ticket,
                            GError **error)
{
    g_autofree gchar *drawn = ticket == NULL ? mg_worker_new_ticket(worker, error) : NULL;

    if (ticket == NULL && drawn == NULL)
        return NULL;
    return mg_stage4_render(worker, request, NULL, ticket != NULL ? ticket : drawn, request->attach,
                            error);
}

static MgDraft *render_loaded(MgWorker *worker, const MgRequest *request, const gchar *ticket,
                              GError **error)
{
    g_autofree const gchar **fields = mg_table_fields(request->table);
    g_autofree gchar *drawn = NULL;
    g_autoptr(MgEvents) events =
        mg_stage3_load(worker, fields, ticket == NULL ? &drawn : NULL, error);

    if (events == NULL)
        return NULL;
    return mg_stage4_render(worker, request, events, ticket != NULL ? ticket : drawn,
                            request->attach, error);
}

static MgDraft *render(MgHost *host, const MgRequest *request, const gchar *ticket, GError **error)
{
    MgWorker *worker = mg_worker_of_host(host);

    return request->csv != NULL ? render_made(worker, request, ticket, error)
                                : render_loaded(worker, request, ticket, error);
}

static MgMail *compose(MgHost *host, const MgDraft *draft, GError **error)
{
    MgWorker *worker = mg_worker_of_host(host);
    g_autoptr(GBytes) content = mg_stage5_compose(worker, draft, error);

    if (content == NULL)
        return NULL;
    return mg_stage6_sign(worker, draft, content, NULL, MG_CLOCK_NONE, error);
}

static gchar *clearsign(MgHost *host, const gchar *text, GError **error)
{
    MgWorker *worker = mg_worker_of_host(host);

    if (worker->signer == NULL)
        return g_strdup(text);
    return mg_signer_clear(worker->signer, text, error);
}

static GBytes *detach(MgHost *host, GBytes *content, gchar **micalg, GError **error)
{
    MgWorker *worker = mg_worker_of_host(host);

    g_assert(worker->signer != NULL);
    return mg_signer_detach(worker->signer, content, micalg, error);
}

static MgTemplate *read_template(MgHost *host, const gchar *name, GError **error)
{
    return mg_template_store_get(mg_worker_of_host(host)->site->templates, name, error);
}

static MgConnection *connection(MgHost *host, GError **error)
{
    return mg_worker_of_host(host)->claim;
}

const MgHostClass *mg_worker_host_class(void)
{
    static const MgHostClass klass = {
        .load_events = load_events,
        .new_ticket = new_ticket,
        .render = render,
        .compose = compose,
        .clearsign = clearsign,
        .detach = detach,
        .read_template = read_template,
        .connection = connection,
    };

    return &klass;
}
