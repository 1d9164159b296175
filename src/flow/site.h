/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * The site: what all workers of a run share and only read — settings, formats, templates, key.
 */
#pragma once

#include "database/connection.h"
#include "formats/format.h"
#include "model/mail.h"
#include "model/settings.h"
#include "openpgp/keyring.h"
#include "render/template_store.h"

typedef struct {
    const MgSettings *settings;
    GPtrArray *formats; /* of MgFormat, in the order in which they are asked */
    MgTemplateStore *templates;
    MgKeyring *keyring;       /* NULL where the site does not sign */
    MgPairs *further_headers; /* the site's own fixed ones, Reply-To among them */
    gboolean dry_run;         /* everything but the sending and recording */

    /* For runs inside another program, set after mg_site_open(): */
    gboolean is_hosted; /* nothing is drawn on that program's terminal */
    MgConnection
        *borrowed; /* (nullable) (transfer none): everything is done on it, by one worker, in
                             * the transaction of its owner, and without delivery intents: nothing
                             * is durable before the owner commits */
    void (*see_mail)(const MgMail *mail, gpointer data); /* (nullable): each mail of a dry run */
    gpointer see_mail_data;
} MgSite;

/* Opens the templates and the key, which makes a test signature. `settings` must outlive the site;
 * `formats` are taken over. MG_ERROR_SETUP where something must be mended. */
MgSite *mg_site_open(const MgSettings *settings, GPtrArray *formats, gboolean dry_run,
                     GError **error);
void mg_site_free(MgSite *site);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgSite, mg_site_free)
