/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "model/settings.h"

#include <arpa/inet.h>
#include <string.h>

/* A password does not stay in freed memory for a core dump to show. */
static void secret_free(gchar *secret)
{
    if (secret == NULL)
        return;
    explicit_bzero(secret, strlen(secret));
    g_free(secret);
}

MgSettings *mg_settings_new(void)
{
    MgSettings *settings = g_new0(MgSettings, 1);

    settings->headers = mg_pairs_new();
    settings->warnings = g_new0(gchar *, 1);
    return settings;
}

void mg_settings_free(MgSettings *settings)
{
    if (settings == NULL)
        return;
    g_free(settings->database.name);
    g_free(settings->database.username);
    secret_free(settings->database.password);
    g_free(settings->database.host);
    g_free(settings->database.additional_directive_where);
    g_free(settings->smtp.host);
    g_free(settings->smtp.username);
    secret_free(settings->smtp.password);
    g_free(settings->smtp.ca_file);
    g_free(settings->openpgp.gnupg_home);
    g_free(settings->openpgp.signing_key);
    g_free(settings->safety.redirect_to);
    g_strfreev(settings->safety.allow_recipients);
    g_free(settings->log.file);
    g_free(settings->xarf.org);
    g_free(settings->xarf.contact);
    g_free(settings->xarf.domain);
    g_free(settings->xarf.schema_cache);
    g_free(settings->xarf.report_domain);
    g_free(settings->template_dir);
    g_free(settings->script_directory);
    g_free(settings->sender);
    g_free(settings->reply_to);
    g_free(settings->envelope_from);
    mg_pairs_free(settings->headers);
    secret_free(settings->merged_json);
    g_strfreev(settings->warnings);
    g_free(settings);
}

gboolean mg_settings_is_loopback(const gchar *host)
{
    struct in_addr v4;
    struct in6_addr v6;

    /* No other name: "localhost.localdomain" and such may come from a name server. */
    if (g_ascii_strcasecmp(host, "localhost") == 0)
        return TRUE;
    if (inet_pton(AF_INET, host, &v4) == 1)
        return ntohl(v4.s_addr) >> 24 == 127;
    return inet_pton(AF_INET6, host, &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}
