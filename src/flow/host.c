/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/host.h"

#include "base/clock.h"

/* The script may have left out some. */
static MgEvents *load_other(MgHost *host, const MgGroup *group, const gchar *const *fields,
                            GError **error)
{
    g_autoptr(MgLotEvents) events = mg_lot_events_new(host->connection, &group, 1);
    gboolean vanished;

    return mg_lot_events_load(events, 0, fields, &vanished, error);
}

MgEvents *mg_host_load(MgHost *host, const MgTerms *terms, const gchar *const *fields,
                       GError **error)
{
    if (terms->group != host->terms.group)
        return load_other(host, terms->group, fields, error);
    return mg_lot_events_load(host->events, host->index, fields, &host->events_vanished, error);
}

/* What the script does goes with its group, and with no other of the lot. */
MgConnection *mg_host_connection(MgHost *host, GError **error)
{
    guint depth = mg_connection_depth(host->connection);

    host->has_connection = TRUE;
    if (host->is_alone || host->savepoint > 0)
        return host->connection;
    if (!mg_connection_begin(host->connection, error))
        return NULL;
    host->savepoint = depth;
    return host->connection;
}

MgHost *mg_host_new(const MgSite *site, const MgGroup *group, MgSigner *signer,
                    MgConnection *connection, MgTicketPool *tickets, const gchar *own_ticket)
{
    MgHost *self = g_new0(MgHost, 1);
    gint64 now = mg_clock_now();

    self->question = (MgQuestion){.group = group, .now = now, .host = self};
    self->terms = (MgTerms){.group = group,
                            .sender = site->settings->sender,
                            .templates = site->templates,
                            .signer = signer,
                            .further_headers = site->further_headers,
                            .reports = &site->reports,
                            .mail_date = MG_CLOCK_NONE};
    self->site = site;
    self->connection = connection;
    self->is_alone = TRUE;
    self->tickets = (MgTicketSource){tickets, own_ticket, now, 0};
    return self;
}

void mg_host_free(MgHost *self)
{
    if (self == NULL)
        return;
    if (self->engine_data != NULL && self->engine_data_free != NULL)
        self->engine_data_free(self->engine_data);
    g_free(self);
}

void mg_host_join_lot(MgHost *self, MgLotEvents *events, guint index, gboolean is_alone)
{
    self->events = events;
    self->index = index;
    self->is_alone = is_alone;
}
