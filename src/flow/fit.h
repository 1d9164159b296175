/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Stage 4 of mails whose form follows from what comes out: stages 4 to 6 are tried until it is
 * known in which form, and in how many parts, a group's events fit.
 */
#pragma once

#include "flow/divide.h"
#include "flow/fleet.h"
#include "flow/site.h"
#include "flow/terms.h"
#include "model/request.h"
#include "render/csv_rows.h"

/* For one group: what is measured, and what of. Nothing in it is owned. */
typedef struct {
    const MgTerms *terms;
    const MgRequest *request;
    MgCsvRows *rows; /* one for each event that goes out */
    const gchar *ticket;
    /* The Message-Ids of the mail and of each copy, NULL-terminated, as far as they have one before
     * they are made: for parts, and without the part's number (flow/part_id.h). */
    const gchar *const *ids;
    gsize most;    /* bytes of a mail, whatever the request allows */
    gsize reserve; /* bytes that are kept free */
} MgFit;

/* In which form, in how many parts. The fewest that fit, as mg_divide_events() has it; a copy that
 * has a form of its own has to fit too. Errors are those, and those of the stages. (transfer full):
 * of MgPart */
GArray *mg_fit_find(const MgFit *fit, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The least of what the site's configuration, its mail server, and what was learnt of that, allow;
 * the server is asked where no mail of `rows` is surely small enough. `fleet` (nullable): nobody is
 * asked. Errors as mg_fleet_ask(). */
gboolean mg_fit_set_limits(MgFit *fit, const MgSite *site, MgFleet *fleet,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* For `ids`: new ones. NULL where the sender is no address, which composing complains of. (transfer
 * full) */
gchar **mg_fit_draw_ids(const MgFit *fit);

/* The mail of `message_id`, made again: which part of how many it is stands there. `ids` receives
 * what the fit's ids have to be for it; it is the fit's as long as it lives. */
gboolean mg_fit_find_again(MgFit *fit, const gchar *message_id, MgPart *part, gchar ***ids,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The mail and its copies. Errors as mg_stage4_render_part(). (transfer full): of MgNotification */
GPtrArray *mg_fit_make(const MgFit *fit, const MgPart *part,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;
