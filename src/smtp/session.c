/* SPDX-License-Identifier: AGPL-3.0-or-later */
#define MG_LOGGER "intelmqmail.smtp"

#include "smtp/session.h"

#include "base/error.h"
#include "base/log.h"
#include "smtp/endpoint.h"
#include "smtp/envelope.h"
#include "smtp/greeting.h"
#include "smtp/transfer.h"

/* Lost connections in a row. Enough that a few groups one after another, each of which the server
 * cannot stand, do not end the run, as they would be the first of the next one too. */
#define PATIENCE 10

struct MgSession {
    const MgSmtpSettings *settings;
    MgTransfer *transfer;
    guint lost; /* connections lost in a row */
};

void mg_session_init(void)
{
    CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);

    g_assert(code == CURLE_OK);
    mg_greeting_name(); /* may ask DNS: better now than in the first mail's time */
}

MgSession *mg_session_new(const MgSmtpSettings *settings, GError **error)
{
    MgSession *session;

    if (!mg_endpoint_check(settings, error))
        return NULL;
    session = g_new0(MgSession, 1);
    session->settings = settings;
    session->transfer = mg_transfer_new(settings);
    return session;
}

void mg_session_free(MgSession *session)
{
    if (session == NULL)
        return;
    mg_transfer_free(session->transfer);
    g_free(session);
}

/* --- attempts --- */

/* What libcurl thinks of it does not count once the server has answered the final dot. */
static gboolean is_good(const MgTrouble *trouble)
{
    return mg_dialogue_is_accepted(trouble->dialogue) ||
           (trouble->dialogue->text_size == 0 && trouble->code == CURLE_OK);
}

static void give_up_tls(MgSession *session, const MgTrouble *trouble)
{
    g_autofree gchar *host = mg_error_quote(session->settings->host);
    g_autofree gchar *words = mg_error_quote(trouble->detail);

    mg_log_warning("smtp server %s port %u offers TLS that does not work, going on without: %s",
                   host, session->settings->port, words);
    mg_transfer_give_up_tls(session->transfer);
}

static MgTrouble perform(MgSession *session)
{
    MgTrouble trouble = mg_transfer_attempt(session->transfer);

    if (!is_good(&trouble) && mg_verdict_is_stale_connection(&trouble)) {
        mg_transfer_drop_connection(session->transfer);
        trouble = mg_transfer_attempt(session->transfer);
    }
    if (!is_good(&trouble) && mg_endpoint_allows_clear_login(session->settings) &&
        mg_verdict_is_failed_handshake(&trouble)) {
        give_up_tls(session, &trouble);
        trouble = mg_transfer_attempt(session->transfer);
    }
    return trouble;
}

static gboolean is_lost(const GError *verdict)
{
    return verdict->code == MG_ERROR_RETRY || verdict->code == MG_ERROR_UNKNOWN_OUTCOME;
}

/* A server that loses each connection would cost every group of the run a timeout or two, or leave
 * every one of them uncertain. */
static GError *settle(MgSession *session, const MgTrouble *trouble, const MgMail *mail)
{
    GError *verdict = mg_verdict(trouble, mail);

    /* libcurl keeps a connection on which the answer to the final dot is still to come, and would
     * take that for an answer to the next mail. Only a proper refusal leaves no doubt. */
    if (!g_error_matches(verdict, MG_ERROR, MG_ERROR_GROUP))
        mg_transfer_drop_connection(session->transfer);
    session->lost = is_lost(verdict) ? session->lost + 1 : 0;
    if (session->lost >= PATIENCE && verdict->code == MG_ERROR_RETRY) {
        g_prefix_error(&verdict,
                       "%u connections in a row were lost, the last one so: ", session->lost);
        verdict->code = MG_ERROR_RUN;
    }
    return verdict;
}

static gboolean check_patience(const MgSession *session, GError **error)
{
    g_autofree gchar *host = mg_error_quote(session->settings->host);

    if (session->lost < PATIENCE)
        return TRUE;
    g_set_error(error, MG_ERROR, MG_ERROR_RUN,
                "smtp server %s port %u is not tried again: %u connections in a row were lost",
                host, session->settings->port, session->lost);
    return FALSE;
}

/* --- mails --- */

static MgOutcome *make_outcome(const MgDialogue *dialogue, const MgMail *mail)
{
    MgOutcome *outcome = mg_outcome_new();

    outcome->reply = mg_reply_quote(dialogue->reply);
    outcome->queue_id = mg_reply_queue_id(dialogue->reply->text->str);
    mg_verdict_refusals(dialogue, mail, outcome);
    return outcome;
}

MgOutcome *mg_session_send(MgSession *session, const MgMail *mail, GError **error)
{
    MgTrouble trouble;

    if (!mg_envelope_check(mail, error) || !check_patience(session, error))
        return NULL;
    mg_transfer_load(session->transfer, mail);
    trouble = perform(session);
    if (!is_good(&trouble)) {
        g_propagate_error(error, settle(session, &trouble, mail));
        return NULL;
    }
    session->lost = 0;
    if (trouble.code != CURLE_OK && trouble.code != CURLE_WEIRD_SERVER_REPLY)
        mg_transfer_drop_connection(session->transfer);
    return make_outcome(trouble.dialogue, mail);
}

gboolean mg_session_probe(MgSession *session, GError **error)
{
    MgTrouble trouble;

    mg_transfer_load(session->transfer, NULL);
    trouble = perform(session);
    if (is_good(&trouble)) {
        session->lost = 0;
        return TRUE;
    }
    g_propagate_error(error, settle(session, &trouble, NULL));
    return FALSE;
}

gboolean mg_session_is_secured(const MgSession *session)
{
    return session->settings->tls == MG_TLS_IMPLICIT ||
           mg_transfer_dialogue(session->transfer)->secured;
}
