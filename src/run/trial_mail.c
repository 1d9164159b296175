/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "run/trial_mail.h"

#include "base/clock.h"
#include "base/error.h"
#include "flow/delivery_mail.h"
#include "flow/stage5_compose.h"
#include "flow/stage6_sign.h"
#include "mime/address.h"
#include "model/table.h"
#include "render/csv.h"
#include "smtp/greeting.h"
#include "smtp/session.h"

#define TICKET "test"

/* Addresses and numbers that are reserved for documentation. */
static const struct {
    const gchar *field;
    MgKind kind;
    const gchar *cells[2];
} sample[] = {
    {"source.asn", MG_KIND_INTEGER, {"64496", "64497"}},
    {"source.ip", MG_KIND_INET, {"192.0.2.1", "2001:db8::1"}},
    {"time.source", MG_KIND_TIMESTAMP, {"2026-11-20 03:04:05+00", "2026-11-20 03:04:06+00"}},
    {"source.port", MG_KIND_INTEGER, {"161", NULL}},
    {"destination.ip", MG_KIND_INET, {"198.51.100.7", NULL}},
    {"destination.port", MG_KIND_INTEGER, {"53", NULL}},
    {"destination.fqdn", MG_KIND_TEXT, {"host.example", "say \"hello\""}},
    {"protocol.transport", MG_KIND_TEXT, {"udp", "tcp"}},
};

static MgEvents *make_events(void)
{
    gsize n_events = G_N_ELEMENTS(sample[0].cells);
    MgEvents *events = mg_events_new(n_events, G_N_ELEMENTS(sample));

    for (gsize column = 0; column < G_N_ELEMENTS(sample); column++) {
        events->columns[column].name = g_strdup(sample[column].field);
        events->columns[column].kind = sample[column].kind;
        for (gsize row = 0; row < n_events; row++)
            events->cells[row * G_N_ELEMENTS(sample) + column] = sample[column].cells[row];
    }
    for (gsize row = 0; row < n_events; row++)
        events->ids[row] = (gint64)row + 1;
    return events;
}

static gchar *make_body(const MgSite *site, const gchar *address)
{
    g_autofree gchar *time = mg_clock_format_utc(mg_clock_now());

    return g_strdup_printf(
        "This is a test mail. It reports nothing, and nobody needs to act on it.\n"
        "\n"
        "It was sent to %s by the command\n"
        "\"intelmqcbmail test-mail\" on %s at %.19s UTC,\n"
        "on the way that notifications take. It is %s.\n"
        "The attached table holds made-up events.\n",
        address, mg_greeting_name(), time,
        site->keyring != NULL ? "signed with OpenPGP" : "not signed, as the site does not sign");
}

static MgDraft *make_draft(const MgSite *site, const gchar *address, GError **error)
{
    g_autoptr(MgEvents) events = make_events();
    g_autoptr(MgDraft) draft = mg_draft_new();

    draft->attachment = mg_csv_format(mg_table_builtin(), events, error);
    if (draft->attachment == NULL)
        return NULL;
    draft->attachment_name = g_strdup("events.csv");
    draft->sender = g_strdup(site->settings->sender);
    draft->recipient = g_strdup(address);
    draft->subject = g_strdup_printf("Test mail of intelmqcbmail on %s", mg_greeting_name());
    draft->body = make_body(site, address);
    draft->ticket = g_strdup(TICKET);
    return g_steal_pointer(&draft);
}

static MgMail *make_mail(const MgSite *site, const gchar *address, GError **error)
{
    g_autoptr(MgDraft) draft = make_draft(site, address, error);
    g_autoptr(MgSigner) signer = NULL;
    g_autoptr(GBytes) content = NULL;
    MgMail *mail;

    if (draft == NULL)
        return NULL;
    if (site->keyring != NULL) {
        signer = mg_signer_new(site->keyring, error);
        if (signer == NULL)
            return NULL;
    }
    content = mg_stage5_compose(draft, error);
    if (content == NULL)
        return NULL;
    mail =
        mg_stage6_sign(signer, draft, content, site->further_headers, NULL, MG_CLOCK_NONE, error);
    if (mail != NULL && site->keyring != NULL && !mg_keyring_await_verdict(site->keyring)) {
        g_set_error(error, MG_ERROR, MG_ERROR_RUN, "the mail's signature is not good");
        mg_mail_free(mail);
        return NULL;
    }
    return mg_delivery_mail_fit(mail, site, error);
}

MgOutcome *mg_trial_mail_send(const MgSite *site, const gchar *address, MgMail **mail,
                              GError **error)
{
    g_autoptr(MgSession) session = NULL;

    *mail = NULL;
    if (!mg_address_check(address, error))
        return NULL;
    session = mg_session_new(&site->settings->smtp, error);
    if (session == NULL)
        return NULL;
    *mail = make_mail(site, address, error);
    return *mail != NULL ? mg_session_send(session, *mail, error) : NULL;
}
