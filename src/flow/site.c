/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/site.h"

#include "base/error.h"
#include "mime/address.h"
#include "mime/compose.h"

#include <string.h>

static gboolean open_keyring(MgSite *site, GError **error)
{
    guint workers = site->settings->workers;

    if (!site->settings->openpgp.always_sign || site->purpose == MG_PURPOSE_PREVIEW)
        return TRUE;
    if (workers == 0)
        workers = g_get_num_processors();
    site->keyring = mg_keyring_open(&site->settings->openpgp, workers, error);
    return site->keyring != NULL;
}

static MgPairs *collect_headers(const MgSettings *settings)
{
    MgPairs *headers = mg_pairs_new();

    if (settings->reply_to != NULL)
        mg_pairs_set(headers, "Reply-To", settings->reply_to);
    mg_pairs_update(headers, settings->headers);
    return headers;
}

gboolean mg_site_check_headers(const MgSettings *settings, GError **error)
{
    g_autoptr(MgPairs) headers = collect_headers(settings);
    g_autoptr(GError) failure = NULL;

    if (mg_compose_check_site(settings->sender, headers, &failure))
        return TRUE;
    g_set_error_literal(error, MG_ERROR, MG_ERROR_SETUP, failure->message);
    return FALSE;
}

static gboolean find_sender(MgSite *site, GError **error)
{
    if (!mg_site_check_headers(site->settings, error))
        return FALSE;
    site->sender_address = mg_address_of_sender(site->settings->sender, error);
    return site->sender_address != NULL;
}

/* libpq's own default where the settings leave it out. */
static const gchar *database_name(const MgSettings *settings)
{
    const gchar *name = settings->database.name;

    if (name == NULL)
        name = g_getenv("PGDATABASE");
    return name != NULL ? name : "";
}

static const gchar *domain_of(const gchar *address)
{
    return address != NULL ? strrchr(address, '@') + 1 : NULL;
}

/* `address` (nullable): the bare one of the sender; it must outlive what is given. */
static MgReportFormSite describe_reports(const MgSettings *settings, const gchar *address)
{
    const MgXarfSettings *xarf = &settings->xarf;

    return (MgReportFormSite){
        .reporter = {xarf->org, xarf->contact, xarf->domain},
        .signs = settings->openpgp.always_sign,
        .database = database_name(settings),
        .address = address,
        .domain = xarf->report_domain != NULL ? xarf->report_domain : domain_of(address),
        .schemas = mg_schema_store_new(xarf->schema_cache),
    };
}

static gboolean open_reports(MgSite *site, GError **error)
{
    site->reports = describe_reports(site->settings, site->sender_address);
    return mg_format_check_site(site->formats, &site->reports, error);
}

static gboolean open_safety(MgSite *site, GError **error)
{
    site->safety = mg_safety_new(&site->settings->safety, error);
    if (site->safety != NULL && site->purpose == MG_PURPOSE_PREVIEW)
        mg_safety_only_count(site->safety);
    return site->safety != NULL;
}

MgSite *mg_site_open(const MgSettings *settings, GPtrArray *formats, MgPurpose purpose,
                     GError **error)
{
    g_autoptr(MgSite) site = g_new0(MgSite, 1);

    site->settings = settings;
    site->formats = formats;
    site->purpose = purpose;
    site->further_headers = collect_headers(settings);
    site->templates = mg_template_store_new(settings->template_dir, error);
    if (site->templates == NULL || !find_sender(site, error) || !open_safety(site, error) ||
        !open_reports(site, error) || !open_keyring(site, error))
        return NULL;
    return g_steal_pointer(&site);
}

void mg_site_free(MgSite *site)
{
    if (site == NULL)
        return;
    g_clear_pointer(&site->formats, g_ptr_array_unref);
    g_clear_pointer(&site->templates, mg_template_store_free);
    g_clear_pointer(&site->keyring, mg_keyring_free);
    g_clear_pointer(&site->safety, mg_safety_free);
    g_clear_pointer(&site->sender_address, g_free);
    g_clear_pointer(&site->reports.schemas, mg_schema_store_free);
    g_clear_pointer(&site->further_headers, mg_pairs_free);
    g_free(site);
}
