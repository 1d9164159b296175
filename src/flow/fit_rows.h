/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Stage 3 of mails whose form follows from what comes out: the rows of a group's events. Many are
 * loaded in pieces, again where they are wanted again, so that a group may be larger than memory
 * should hold.
 */
#pragma once

#include "flow/host.h"
#include "model/request.h"
#include "render/csv_rows.h"

/* Where the rows come from. It must stay in its place as long as they live;
 * mg_fit_rows_source_clear() frees what it has. */
typedef struct {
    MgHost *host;
    const MgGroup *group;
    gchar **fields;
} MgFitRowsSource;

void mg_fit_rows_source_clear(MgFitRowsSource *source);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(MgFitRowsSource, mg_fit_rows_source_clear)

/* Whether they are loaded in pieces. */
gboolean mg_fit_rows_are_many(const MgGroup *group);

/* Those that `request` shows of the group of `terms`, which are the host's or what a script has put
 * in their place. `source` is filled. Errors as mg_host_load() and mg_csv_rows_load(). (transfer
 * full) */
MgCsvRows *mg_fit_rows_load(MgFitRowsSource *source, MgHost *host, const MgTerms *terms,
                            const MgRequest *request, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Without rows yet, for events that are loaded already. (transfer full) */
MgCsvRows *mg_fit_rows_new(const MgRequest *request);
