/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "smtp/endpoint.h"

#include "base/error.h"
#include "smtp/greeting.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

gboolean mg_endpoint_allows_clear_login(const MgSmtpSettings *settings)
{
    return settings->username == NULL || mg_settings_is_loopback(settings->host);
}

gboolean mg_endpoint_check(const MgSmtpSettings *settings, GError **error)
{
    g_autofree gchar *host = mg_error_quote(settings->host);
    g_autofree gchar *ca_file = mg_error_quote(settings->ca_file);

    if (settings->host == NULL || settings->host[0] == '\0' ||
        strpbrk(settings->host, "/@?#%[]\\<> \t\r\n") != NULL) {
        g_set_error(error, MG_ERROR, MG_ERROR_SETUP, "smtp.host %s is no host name", host);
        return FALSE;
    }
    if (settings->username != NULL && settings->password == NULL) {
        g_set_error(error, MG_ERROR, MG_ERROR_SETUP,
                    "smtp.username stands without a password"
                    "\nHINT: set smtp.password or smtp.password_file");
        return FALSE;
    }
    if (settings->tls == MG_TLS_NEVER && !mg_endpoint_allows_clear_login(settings)) {
        g_set_error(error, MG_ERROR, MG_ERROR_SETUP,
                    "smtp.tls \"never\" would send the login to %s in clear"
                    "\nHINT: set smtp.tls to \"required\" or \"implicit\"",
                    host);
        return FALSE;
    }
    if (settings->ca_file != NULL && access(settings->ca_file, R_OK) != 0) {
        g_set_error(error, MG_ERROR, MG_ERROR_SETUP, "smtp.ca_file %s cannot be read: %s", ca_file,
                    g_strerror(errno));
        return FALSE;
    }
    return TRUE;
}

gchar *mg_endpoint_url(const MgSmtpSettings *settings)
{
    g_autofree gchar *name = g_uri_escape_string(mg_greeting_name(), NULL, FALSE);
    gboolean is_v6 = strchr(settings->host, ':') != NULL;

    return g_strdup_printf("%s://%s%s%s:%u/%s", settings->tls == MG_TLS_IMPLICIT ? "smtps" : "smtp",
                           is_v6 ? "[" : "", settings->host, is_v6 ? "]" : "", settings->port,
                           name);
}
