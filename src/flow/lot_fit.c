/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/lot_fit.h"

#include "base/error.h"
#include "flow/fit.h"
#include "flow/fit_rows.h"

gboolean mg_lot_fit_is_wanted(const MgLotEntry *entry)
{
    return entry->decision->answer == MG_ANSWER_REQUEST && entry->decision->request->is_by_size;
}

gboolean mg_lot_fit_loads_itself(const MgLotEntry *entry)
{
    return mg_lot_fit_is_wanted(entry) && mg_fit_rows_are_many(entry->task->group);
}

/* What could be loaded with the rest of the lot is there already. */
static MgCsvRows *make_rows(const MgLotEntry *entry, MgFitRowsSource *source, GError **error)
{
    g_autoptr(MgCsvRows) rows = NULL;

    if (entry->events == NULL)
        return mg_fit_rows_load(source, entry->host, &entry->host->terms, entry->decision->request,
                                error);
    rows = mg_fit_rows_new(entry->decision->request);
    return mg_csv_rows_add(rows, entry->events, error) ? g_steal_pointer(&rows) : NULL;
}

/* Making */

static gboolean make(MgLotEntry *entry, const MgFit *fit, const MgPart *part, GError **error)
{
    entry->notifications = mg_fit_make(fit, part, error);
    return entry->notifications != NULL;
}

static void divide(MgLot *lot, MgLotEntry *entry, const MgFit *fit, const GArray *parts)
{
    MgDivision *division = mg_division_by_size(entry->task->group, parts,
                                               mg_csv_rows_ids(fit->rows), fit->ticket, fit->ids);

    mg_division_ask_first(division, entry->decision->format, entry->decision->rule);
    mg_division_set_divided_before(division, entry->task->has_been_divided);
    mg_lot_divide(lot, entry, division);
}

static gboolean make_for_the_first_time(MgLot *lot, MgLotEntry *entry, MgFit *fit, GError **error)
{
    g_auto(GStrv) ids = mg_fit_draw_ids(fit);
    g_autoptr(GArray) parts = NULL;

    fit->ids = (const gchar *const *)ids;
    parts = mg_fit_find(fit, error);
    if (parts == NULL)
        return FALSE;
    if (parts->len == 1)
        return make(entry, fit, &g_array_index(parts, MgPart, 0), error);
    divide(lot, entry, fit, parts);
    return TRUE;
}

static gboolean make_again(MgLotEntry *entry, MgFit *fit, GError **error)
{
    g_auto(GStrv) ids = NULL;
    MgPart part;

    return mg_fit_find_again(fit, entry->host->mail_id, &part, &ids, error) &&
           make(entry, fit, &part, error);
}

static gboolean make_part(MgLotEntry *entry, MgFit *fit, GError **error)
{
    const MgTaskPart *by_size = entry->task->by_size;
    MgPart part = by_size->part;

    part.n_events = mg_csv_rows_count(fit->rows); /* some may have vanished since */
    fit->ids = (const gchar *const *)by_size->ids;
    return make(entry, fit, &part, error);
}

static gboolean fit_one(MgLot *lot, MgLotEntry *entry, GError **error)
{
    g_autofree gchar *ticket = mg_ticket_source_next(&entry->host->tickets, error);
    g_auto(MgFitRowsSource) source = {NULL};
    g_autoptr(MgCsvRows) rows = ticket != NULL ? make_rows(entry, &source, error) : NULL;
    MgFit fit = {.terms = &entry->host->terms,
                 .request = entry->decision->request,
                 .rows = rows,
                 .ticket = ticket};

    g_clear_pointer(&entry->events, mg_events_free);
    if (rows == NULL || !mg_fit_set_limits(&fit, lot->worker->site, lot->worker->fleet, error))
        return FALSE;
    if (entry->task->uncertain != NULL)
        return make_again(entry, &fit, error);
    if (entry->task->by_size != NULL)
        return make_part(entry, &fit, error);
    return make_for_the_first_time(lot, entry, &fit, error);
}

void mg_lot_fit(MgLot *lot, MgLotEntry *entry)
{
    GError *failure = NULL;

    if (!fit_one(lot, entry, &failure))
        mg_lot_fail(lot, entry, failure);
}
