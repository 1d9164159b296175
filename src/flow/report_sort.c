/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/report_sort.h"

#include "base/error.h"
#include "flow/stage4_render.h"
#include "report/report_form.h"

#define SLICE 1000 /* events in memory at once */

typedef struct {
    MgHost *host;
    const MgRequest *request;
    gchar **fields;
    GArray *can;
    GArray *cannot;
} Sort;

/* NULL without error where none of them exists any more. */
static MgEvents *load(const Sort *sort, const gint64 *ids, gsize n_ids, GError **error)
{
    g_autoptr(MgGroup) slice = mg_group_new();
    const MgGroup *groups[] = {slice};
    g_autoptr(MgLotEvents) events = mg_lot_events_new(sort->host->connection, groups, 1);
    g_autoptr(GError) failure = NULL;
    MgEvents *loaded = NULL;
    gboolean vanished = FALSE;

    slice->event_ids = g_memdup2(ids, n_ids * sizeof *ids);
    slice->n_events = n_ids;
    loaded = mg_lot_events_load(events, 0, (const gchar *const *)sort->fields, &vanished, &failure);
    if (loaded == NULL && !vanished)
        g_propagate_error(error, g_steal_pointer(&failure));
    return loaded;
}

/* `row` is where the event stands, if it does; it is counted on then. */
static gboolean sort_one(const Sort *sort, gint64 id, const MgEvents *events, gsize *row,
                         GError **error)
{
    const MgReportForm *form = sort->request->report;
    gboolean is_there = events != NULL && *row < events->n_events && events->ids[*row] == id;
    g_autoptr(GError) failure = NULL;

    if (!is_there ||
        mg_report_form_can_express(form, sort->host->terms.reports, events, (*row)++, &failure)) {
        g_array_append_val(sort->can, id);
        return TRUE;
    }
    g_array_append_val(sort->cannot, id);
    if (form->passes)
        return TRUE;
    g_propagate_prefixed_error(error, g_steal_pointer(&failure),
                               "format '%s': ", sort->request->format_name);
    return FALSE;
}

static gboolean sort_slice(const Sort *sort, const gint64 *ids, gsize n_ids, GError **error)
{
    GError *failure = NULL;
    g_autoptr(MgEvents) events = load(sort, ids, n_ids, &failure);
    gsize row = 0;

    if (failure != NULL) {
        g_propagate_error(error, failure);
        return FALSE;
    }
    for (gsize i = 0; i < n_ids; i++)
        if (!sort_one(sort, ids[i], events, &row, error))
            return FALSE;
    return TRUE;
}

gboolean mg_report_sort_events(MgHost *host, const MgRequest *request, GArray *can, GArray *cannot,
                               GError **error)
{
    const MgGroup *group = host->terms.group;
    g_auto(GStrv) fields = mg_stage4_fields(request);
    const Sort sort = {host, request, fields, can, cannot};

    for (gsize first = 0; first < group->n_events; first += SLICE)
        if (!sort_slice(&sort, group->event_ids + first, MIN(SLICE, group->n_events - first),
                        error))
            return FALSE;
    return TRUE;
}
