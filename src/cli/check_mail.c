/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "cli/check_mail.h"

#include "base/clock.h"
#include "base/error.h"
#include "openpgp/keyring.h"
#include "smtp/session.h"

#define DAY (G_GINT64_CONSTANT(24) * 3600 * G_USEC_PER_SEC)
#define DAYS_OF_WARNING 30

static void add_key(MgFindings *findings, const MgKeyring *keyring)
{
    const gchar *fingerprint = mg_keyring_fingerprint(keyring);
    gint64 expires = mg_keyring_expires(keyring);
    gint64 days = expires != MG_CLOCK_NONE ? (expires - mg_clock_now()) / DAY : 0;
    g_autofree gchar *method = mg_keyring_describe_method(keyring);
    g_autofree gchar *date = expires != MG_CLOCK_NONE ? mg_clock_format_utc(expires) : NULL;

    if (expires == MG_CLOCK_NONE)
        mg_findings_add(findings, MG_FINDING_OK,
                        "%s signs, and does not expire; signatures are made by %s", fingerprint,
                        method);
    else if (days >= DAYS_OF_WARNING)
        mg_findings_add(findings, MG_FINDING_OK,
                        "%s signs, and expires on %.10s, in %" G_GINT64_FORMAT
                        " days; signatures are made by %s",
                        fingerprint, date, days, method);
    else
        mg_findings_add(findings, MG_FINDING_WARNING,
                        "%s signs, but expires on %.10s, in %" G_GINT64_FORMAT
                        " days; signatures are made by %s\nHINT: give it a new date with gpg "
                        "--quick-set-expire, and publish "
                        "it",
                        fingerprint, date, days, method);
}

void mg_check_mail_key(MgFindings *findings, const MgSettings *settings)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(MgKeyring) keyring = NULL;

    mg_findings_set_subject(findings, "key");
    if (!settings->openpgp.always_sign) {
        mg_findings_add(findings, MG_FINDING_OK, "mails are not signed (openpgp.always_sign)");
        return;
    }
    keyring = mg_keyring_open(&settings->openpgp, 1, &error);
    if (keyring != NULL)
        add_key(findings, keyring);
    else
        mg_findings_add(findings, MG_FINDING_FAILED, "%s", error->message);
}

static void add_server(MgFindings *findings, const MgSmtpSettings *smtp, gboolean is_secured)
{
    g_autofree gchar *host = mg_error_quote(smtp->host);
    g_autofree gchar *user = mg_error_quote(smtp->username);
    gboolean is_open = !is_secured && !mg_settings_is_loopback(smtp->host);

    mg_findings_add(
        findings, is_open ? MG_FINDING_WARNING : MG_FINDING_OK, "%s port %u answers, %s, %s%s%s",
        host, smtp->port, is_secured ? "with TLS" : "without TLS",
        smtp->username != NULL ? "logged in as " : "no login", smtp->username != NULL ? user : "",
        is_open ? "\nHINT: mails cross the network in clear text; set smtp.tls to "
                  "required where the server offers TLS"
                : "");
}

/* Only of use to formats that go by size, but there is no harm in it elsewhere. */
static void add_size(MgFindings *findings, const MgSession *session, guint limit)
{
    guint64 announced = 0;

    if (!mg_session_announced_size(session, &announced) || announced == 0 || limit <= announced)
        return;
    mg_findings_add(
        findings, MG_FINDING_WARNING,
        "the server announces that it takes mails of at most %" G_GUINT64_FORMAT
        " bytes, but mail_size_limit is %u\nHINT: mails that go by size keep to the "
        "smaller of the two; others are refused above the first: set mail_size_limit to "
        "it, or raise the server's (message_size_limit in Postfix)",
        announced, limit);
}

void mg_check_mail_server(MgFindings *findings, const MgSettings *settings)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(MgSession) session = NULL;

    mg_findings_set_subject(findings, "smtp");
    session = mg_session_new(&settings->smtp, &error);
    if (session == NULL || !mg_session_probe(session, &error)) {
        mg_findings_add(findings, MG_FINDING_FAILED, "%s", error->message);
        return;
    }
    add_server(findings, &settings->smtp, mg_session_is_secured(session));
    add_size(findings, session, settings->mail_size_limit);
}
