/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Terms: what a mail of a group is made with, for stages 3 to 6. The host has those of the site; a
 * script may have put something of its own in the place of each, and then hands over a copy that
 * says so.
 *
 * Nothing in it is owned.
 */
#pragma once

#include "model/group.h"
#include "model/pairs.h"
#include "report/report_form.h"
#include "render/template_store.h"

typedef struct MgSigner MgSigner; /* openpgp/signer.h */

typedef struct {
    /* Whose events are loaded; whose recipient, template and aggregate identifier the mail has. */
    const MgGroup *group;
    const gchar *sender;        /* the From header */
    const gchar *envelope_from; /* (nullable): a script's; that of the site is delivery's matter */
    MgTemplateStore *templates;
    MgSigner *signer;               /* (nullable): not signed */
    const MgPairs *further_headers; /* the site's own */
    const MgReportFormSite *reports;
    gint64 mail_date; /* of a mail that is made again; MG_CLOCK_NONE: it has none yet */
} MgTerms;
