/* SPDX-License-Identifier: AGPL-3.0-or-later */
#define MG_LOGGER "intelmqmail.smtp"

#include "smtp/session.h"

#include "base/error.h"
#include "base/log.h"
#include "smtp/endpoint.h"
#include "smtp/envelope.h"
#include "smtp/greeting.h"
#include "smtp/portion.h"
#include "smtp/transfer.h"

/* Lost connections in a row. Enough that a few groups one after another, each of which the server
 * cannot stand, do not end the run, as they would be the first of the next one too. */
#define PATIENCE 10

struct MgSession {
    const MgSmtpSettings *settings;
    MgTransfer *transfer;
    guint lost; /* connections lost in a row */
};

/* With the first session, not at the start of the program: most runs have nothing to send. */
static void prepare(void)
{
    static gsize is_done;
    CURLcode code;

    if (!g_once_init_enter(&is_done))
        return;
    code = curl_global_init(CURL_GLOBAL_DEFAULT);
    g_assert(code == CURLE_OK);
    mg_greeting_name(); /* may ask DNS: better now than in the first mail's time */
    g_once_init_leave(&is_done, 1);
}

MgSession *mg_session_new(const MgSmtpSettings *settings, GError **error)
{
    MgSession *session;

    if (!mg_endpoint_check(settings, error))
        return NULL;
    prepare();
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
static GError *judge(MgSession *session, const MgTrouble *trouble, const MgMail *mail)
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

/* A mail on its way, in one transaction or several. */
typedef struct {
    MgSession *session;
    const MgMail *mail;
    GQueue portions; /* of gchar **: recipients who are still to be asked, each in a transaction of
                        its own */
    MgOutcome *outcome;
} Errand;

static void add_portion(Errand *errand, gchar **tos)
{
    if (tos != NULL)
        g_queue_push_tail(&errand->portions, tos);
}

static void free_portion(gpointer tos)
{
    g_strfreev(tos);
}

static void note_acceptance(Errand *errand, const MgDialogue *dialogue)
{
    g_autofree gchar *reply = mg_reply_text(dialogue->reply);
    g_autofree gchar *queue_id = mg_reply_queue_id(dialogue->reply->text->str);

    mg_outcome_add_acceptance(errand->outcome, reply, queue_id);
}

/* One transaction. */
static gboolean send_portion(Errand *errand, const MgMail *portion, GError **error)
{
    MgSession *session = errand->session;
    MgTrouble trouble;

    mg_transfer_load(session->transfer, portion);
    trouble = perform(session);
    if (is_good(&trouble)) {
        session->lost = 0;
        if (trouble.code != CURLE_OK && trouble.code != CURLE_WEIRD_SERVER_REPLY)
            mg_transfer_drop_connection(session->transfer);
        note_acceptance(errand, trouble.dialogue);
    } else if (mg_portion_is_refused_for_number(trouble.dialogue)) {
        add_portion(errand, mg_portion_taken(trouble.dialogue, portion->envelope_tos));
    } else {
        g_propagate_error(error, judge(session, &trouble, portion));
        return FALSE;
    }
    add_portion(errand, mg_portion_turned_away(trouble.dialogue, portion->envelope_tos));
    mg_verdict_refusals(trouble.dialogue, portion, errand->outcome);
    return TRUE;
}

/* Where the server is lost, the rest is not tried: each would cost the time of another attempt. */
static void leave_out(Errand *errand, MgMail *portion, const GError *failure)
{
    const MgDialogue *dialogue = mg_transfer_dialogue(errand->session->transfer);
    gchar **tos;

    mg_verdict_left_out(dialogue, portion, failure, errand->outcome);
    if (g_error_matches(failure, MG_ERROR, MG_ERROR_GROUP))
        return;
    while ((tos = g_queue_pop_head(&errand->portions)) != NULL) {
        for (guint i = 0; tos[i] != NULL; i++)
            mg_outcome_add_refusal(errand->outcome, tos[i], MG_REFUSAL_FOR_NOW, 0, NULL,
                                   failure->message);
        g_strfreev(tos);
    }
}

static gboolean send_portions(Errand *errand, GError **error)
{
    gchar **tos;

    while ((tos = g_queue_pop_head(&errand->portions)) != NULL) {
        g_auto(GStrv) asked = tos;
        g_autoptr(GError) failure = NULL;
        MgMail portion = *errand->mail;

        portion.envelope_tos = asked;
        if (send_portion(errand, &portion, &failure))
            continue;
        if (errand->outcome->reply == NULL) {
            g_propagate_error(error, g_steal_pointer(&failure));
            return FALSE;
        }
        leave_out(errand, &portion, failure);
    }
    return TRUE;
}

MgOutcome *mg_session_send(MgSession *session, const MgMail *mail, GError **error)
{
    Errand errand = {.session = session, .mail = mail, .portions = G_QUEUE_INIT};

    if (!mg_envelope_check(mail, error) || !check_patience(session, error))
        return NULL;
    errand.outcome = mg_outcome_new();
    add_portion(&errand, g_strdupv(mail->envelope_tos));
    if (!send_portions(&errand, error))
        g_clear_pointer(&errand.outcome, mg_outcome_free);
    g_queue_clear_full(&errand.portions, free_portion);
    return errand.outcome;
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
    g_propagate_error(error, judge(session, &trouble, NULL));
    return FALSE;
}

gboolean mg_session_announced_size(const MgSession *session, guint64 *most_bytes)
{
    const MgDialogue *dialogue = mg_transfer_dialogue(session->transfer);

    *most_bytes = dialogue->most_bytes;
    return dialogue->has_greeted;
}

gboolean mg_session_is_secured(const MgSession *session)
{
    return session->settings->tls == MG_TLS_IMPLICIT ||
           mg_transfer_dialogue(session->transfer)->secured;
}
