/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/fit_rows.h"

#include "flow/stage3_load.h"
#include "flow/stage4_render.h"

/* Events that are in memory at once, beside their rows. */
#define PIECE 20000

void mg_fit_rows_source_clear(MgFitRowsSource *source)
{
    g_clear_pointer(&source->fields, g_strfreev);
}

gboolean mg_fit_rows_are_many(const MgGroup *group)
{
    return group->n_events > PIECE;
}

MgCsvRows *mg_fit_rows_new(const MgRequest *request)
{
    return mg_csv_rows_new(request->table,
                           request->quote_formulas ? MG_FORMULAS_QUOTED : MG_FORMULAS_AS_IS);
}

/* Of the group's events those from `first` on; they are all that is looked at. */
static MgGroup *make_piece(const MgGroup *group, gsize first)
{
    const gint64 *ids = group->event_ids + first;

    return mg_group_new_part(group, ids, ids, MIN(PIECE, group->n_events - first));
}

static MgEvents *load_piece(gpointer data, gsize nth, GError **error)
{
    const MgFitRowsSource *source = data;
    g_autoptr(MgGroup) piece = make_piece(source->group, nth * PIECE);
    const MgGroup *group = piece;
    MgEvents *loaded = NULL;

    if (!mg_stage3_load(source->host->connection, &group, 1, (const gchar *const *)source->fields,
                        &loaded, error))
        return NULL;
    return loaded;
}

static gboolean load_pieces(MgCsvRows *rows, MgFitRowsSource *source, GError **error)
{
    gsize n_pieces = (source->group->n_events + PIECE - 1) / PIECE;
    g_autoptr(MgEvents) none = NULL;

    if (!mg_csv_rows_load(rows, n_pieces, load_piece, source, MG_CSV_ROWS_KEPT, error))
        return FALSE;
    if (mg_csv_rows_count(rows) > 0)
        return TRUE;
    if (source->group == source->host->terms.group)
        source->host->events_vanished = TRUE;
    none = mg_events_new(0, 0);
    return mg_stage3_check(none, source->group, error);
}

static gboolean load_all(MgCsvRows *rows, const MgFitRowsSource *source, const MgTerms *terms,
                         GError **error)
{
    g_autoptr(MgEvents) events =
        mg_host_load(source->host, terms, (const gchar *const *)source->fields, error);

    return events != NULL && mg_csv_rows_add(rows, events, error);
}

MgCsvRows *mg_fit_rows_load(MgFitRowsSource *source, MgHost *host, const MgTerms *terms,
                            const MgRequest *request, GError **error)
{
    g_autoptr(MgCsvRows) rows = mg_fit_rows_new(request);

    *source = (MgFitRowsSource){host, terms->group, mg_stage4_fields(request)};
    if (mg_fit_rows_are_many(terms->group) ? load_pieces(rows, source, error)
                                           : load_all(rows, source, terms, error))
        return g_steal_pointer(&rows);
    return NULL;
}
