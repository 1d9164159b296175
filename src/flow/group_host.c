/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/group_host.h"

#include "base/clock.h"
#include "flow/stage4_render.h"
#include "flow/stage5_compose.h"
#include "flow/stage6_sign.h"

MgEvents *mg_group_host_load(MgGroupHost *host, const gchar *const *fields, GError **error)
{
    return mg_lot_events_load(host->events, host->index, fields, &host->events_vanished, error);
}

/* The script may have left out some. */
static MgEvents *load_other(MgGroupHost *host, const MgGroup *group, const gchar *const *fields,
                            GError **error)
{
    g_autoptr(MgLotEvents) events = mg_lot_events_new(host->connection, &group, 1);
    gboolean vanished;

    return mg_lot_events_load(events, 0, fields, &vanished, error);
}

static MgEvents *load_events(MgHost *host, const MgTerms *terms, const gchar *const *fields,
                             GError **error)
{
    MgGroupHost *self = (MgGroupHost *)host;

    if (terms->group != host->terms.group)
        return load_other(self, terms->group, fields, error);
    return mg_group_host_load(self, fields, error);
}

static gchar *new_ticket(MgHost *host, GError **error)
{
    return mg_ticket_source_next(&((MgGroupHost *)host)->tickets, error);
}

/* NULL without error for a table that the format has made itself. */
static gboolean load_table(MgGroupHost *host, const MgTerms *terms, const MgRequest *request,
                           MgEvents **events, GError **error)
{
    g_autofree const gchar **fields = NULL;

    if (request->csv != NULL)
        return TRUE;
    fields = mg_table_fields(request->table);
    *events = load_events(&host->host, terms, fields, error);
    return *events != NULL;
}

static MgDraft *render(MgHost *host, const MgTerms *terms, const MgRequest *request,
                       const gchar *ticket, GError **error)
{
    g_autoptr(MgEvents) events = NULL;
    g_autofree gchar *drawn = NULL;

    if (!load_table((MgGroupHost *)host, terms, request, &events, error))
        return NULL;
    if (ticket == NULL)
        ticket = drawn = new_ticket(host, error);
    if (ticket == NULL)
        return NULL;
    return mg_stage4_render(terms, request, events, ticket, request->attach, error);
}

static MgMail *compose(MgHost *host, const MgTerms *terms, const MgDraft *draft, GError **error)
{
    g_autoptr(GBytes) content = mg_stage5_compose(draft, error);

    if (content == NULL)
        return NULL;
    return mg_stage6_sign(terms->signer, draft, content, terms->further_headers, NULL,
                          MG_CLOCK_NONE, error);
}

static gchar *clearsign(MgHost *host, const MgTerms *terms, const gchar *text, GError **error)
{
    return terms->signer != NULL ? mg_signer_clear(terms->signer, text, error) : g_strdup(text);
}

static GBytes *detach(MgHost *host, const MgTerms *terms, GBytes *content, gchar **micalg,
                      GError **error)
{
    g_assert(terms->signer != NULL);
    return mg_signer_detach(terms->signer, content, micalg, error);
}

static MgTemplate *read_template(MgHost *host, const MgTerms *terms, const gchar *name,
                                 GError **error)
{
    return mg_template_store_get(terms->templates, name, error);
}

/* What the script does goes with its group, and with no other of the lot. */
static MgConnection *connection(MgHost *host, GError **error)
{
    MgGroupHost *self = (MgGroupHost *)host;
    guint depth = mg_connection_depth(self->connection);

    self->has_connection = TRUE;
    if (self->is_alone || self->savepoint > 0)
        return self->connection;
    if (!mg_connection_begin(self->connection, error))
        return NULL;
    self->savepoint = depth;
    return self->connection;
}

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

MgGroupHost *mg_group_host_new(const MgSite *site, const MgGroup *group, MgSigner *signer,
                               MgConnection *connection, MgTicketPool *tickets,
                               const gchar *own_ticket)
{
    MgGroupHost *self = g_new0(MgGroupHost, 1);

    self->host.klass = &klass;
    self->host.terms = (MgTerms){group,
                                 site->settings->sender,
                                 site->settings->envelope_from,
                                 site->templates,
                                 signer,
                                 site->further_headers,
                                 &site->reports};
    self->host.config_json = site->settings->merged_json;
    self->host.is_dry_run = site->purpose != MG_PURPOSE_SEND;
    self->host.now = mg_clock_now();
    self->connection = connection;
    self->is_alone = TRUE;
    self->tickets = (MgTicketSource){tickets, own_ticket, self->host.now, 0};
    return self;
}

void mg_group_host_free(MgGroupHost *self)
{
    MgHost *host = (MgHost *)self;

    if (self == NULL)
        return;
    if (host->engine_data != NULL && host->engine_data_free != NULL)
        host->engine_data_free(host->engine_data);
    g_free(self);
}

void mg_group_host_join_lot(MgGroupHost *self, MgLotEvents *events, guint index, gboolean is_alone)
{
    self->events = events;
    self->index = index;
    self->is_alone = is_alone;
}
