/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Stage 4 of mails whose form follows from what comes out: stages 4 to 6 are tried until it is known in which form, and in
 * how many parts, a group's events fit.
 */
#pragma once

#include "flow/divide.h"
#include "flow/terms.h"
#include "model/request.h"
#include "render/csv_rows.h"

/* Nothing in it is owned. */
typedef struct {
    const MgTerms *terms;
    const MgRequest *request;
    const MgCsvRows *rows; /* one for each event that goes out */
    const gchar *ticket;
    /* The Message-Ids of the mail and of each copy, NULL-terminated, as far as they have one before they are made:
     * for parts, and without the part's number (flow/part_id.h). */
    const gchar *const *ids;
    gsize most;    /* bytes of a mail, whatever the request allows */
    gsize reserve; /* bytes that are kept free */
} MgFit;

/* In which form, in how many parts. The fewest that fit, as mg_divide_events() has it; a copy that has a form of its
 * own has to fit too. Errors are those, and those of the stages. (transfer full): of MgPart */
GArray *mg_fit_find(const MgFit *fit, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* One mail that has to be: its form as mg_fit_find() would choose it where that can be one mail, else the smallest that
 * the request allows. `may_be_inline`: it is no part. */
gboolean mg_fit_choose_form(const MgFit *fit, gboolean may_be_inline, MgForm *form,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The mail and its copies. (transfer full): of MgNotification */
GPtrArray *mg_fit_make(const MgFit *fit, const MgPart *part,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;
