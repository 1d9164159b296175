/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * The site: what all workers of a run share and only read — settings, formats, templates, key.
 */
#pragma once

#include "database/connection.h"
#include "flow/account.h"
#include "flow/safety.h"
#include "formats/format.h"
#include "model/settings.h"
#include "openpgp/keyring.h"
#include "report/report_form.h"
#include "render/template_store.h"

typedef enum {
    MG_PURPOSE_SEND,
    MG_PURPOSE_DRY_RUN, /* everything but the sending and recording */
    /* What a run would send now: no SMTP, no signature, no lock, no ticket number drawn (a
     * placeholder stands for it), and each group in a read-only transaction that is rolled back.
     * Failures are told to the account, not logged. */
    MG_PURPOSE_PREVIEW,
} MgPurpose;

typedef struct {
    const MgSettings *settings;
    GPtrArray *formats; /* of MgFormat, in the order in which they are asked */
    MgTemplateStore *templates;
    MgKeyring *keyring;       /* NULL where the site does not sign */
    MgPairs *further_headers; /* the site's own fixed ones, Reply-To among them */
    gchar *sender_address;    /* the bare one of `sender` */
    MgSafety *safety;         /* never NULL */
    MgReportFormSite reports; /* what reports for machines have in common */
    MgPurpose purpose;
    gboolean is_trial; /* a preview that only counts, before a run that will tell failures itself */

    /* Set after mg_site_open() by who wants to know what becomes of each group. */
    MgAccount *account; /* (nullable) (transfer none) */

    /* For runs inside another program, set after mg_site_open(): */
    gboolean is_hosted; /* nothing is drawn on that program's terminal */
    /* (nullable) (transfer none): everything is done on it, by one worker, in the transaction of
     * its owner, and without delivery intents: nothing is durable before the owner commits. */
    MgConnection *borrowed;
} MgSite;

/* Whether sender, reply_to and headers of the configuration can stand in a mail: else every mail of
 * a run would fail by itself. MG_ERROR_SETUP naming the one that cannot. */
gboolean mg_site_check_headers(const MgSettings *settings,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Opens the templates and the key, which makes a test signature; for a preview no key. `settings`
 * must outlive the site; `formats` are taken over. MG_ERROR_SETUP where something must be
 * mended. */
MgSite *mg_site_open(const MgSettings *settings, GPtrArray *formats, MgPurpose purpose,
                     GError **error) G_GNUC_WARN_UNUSED_RESULT;
void mg_site_free(MgSite *site);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgSite, mg_site_free)
