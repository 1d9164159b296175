/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "smtp/verdict.h"

#include "base/error.h"
#include "smtp/portion.h"

#include <string.h>

#define NAMED_RECIPIENTS 5

#define HINT_ADDRESS                                                                               \
    "\nHINT: check smtp.host and smtp.port in the configuration, and that the mail server runs"
#define HINT_NEXT_RUN "\nHINT: a temporary refusal: the next run tries again"
#define HINT_CROWD                                                                                 \
    "\nHINT: the server may allow fewer connections at once than there are workers: see workers "  \
    "in the configuration"
#define HINT_LOGIN                                                                                 \
    "\nHINT: check smtp.username and smtp.password (or smtp.password_file) in the configuration"
#define HINT_NO_LOGIN                                                                              \
    "\nHINT: many servers offer login only with TLS or on another port (587, 465): check "         \
    "smtp.tls "                                                                                    \
    "and smtp.port in the configuration, or remove smtp.username"
#define HINT_NO_TLS                                                                                \
    "\nHINT: check smtp.port (587 with \"required\", 465 with \"implicit\") and smtp.tls in the "  \
    "configuration"
#define HINT_CERTIFICATE                                                                           \
    "\nHINT: smtp.host must be the name in the server's certificate; an authority of one's own "   \
    "is "                                                                                          \
    "named by smtp.ca_file"
#define HINT_DEMANDS                                                                               \
    "\nHINT: the server demands login or TLS: see smtp.username, smtp.password and smtp.tls in "   \
    "the "                                                                                         \
    "configuration"
#define HINT_SENDER                                                                                \
    "\nHINT: the server must accept mail from this address: see sender in the configuration"
#define HINT_SIZE                                                                                  \
    "\nHINT: the mail is larger than the server takes: see data: by_size in mailgen-formats(5)"
#define HINT_RELAY "\nHINT: the mail server must be set up to relay for this host"

static gchar *server_name(const MgTrouble *trouble)
{
    g_autofree gchar *host = mg_error_quote(trouble->settings->host);

    return g_strdup_printf("smtp server %s port %u", host, trouble->settings->port);
}

static gchar *detail(const MgTrouble *trouble)
{
    const gchar *text = trouble->detail != NULL ? trouble->detail : "";

    return mg_error_quote(text[0] != '\0' ? text : curl_easy_strerror(trouble->code));
}

/* The server has said its last word to the step, and it was no. */
static gboolean is_answered(const MgTrouble *trouble)
{
    const MgReply *reply = trouble->dialogue->reply;

    return reply->complete && reply->code / 100 >= 4 && reply->code / 100 <= 5;
}

static gboolean is_temporary(const MgReply *reply)
{
    return reply->code / 100 == 4;
}

static gboolean is_silence(const MgTrouble *trouble)
{
    return trouble->code == CURLE_OPERATION_TIMEDOUT ||
           trouble->code == CURLE_ABORTED_BY_CALLBACK; /* the session's own watch over the text */
}

static gchar *how_it_spoke_out_of_turn(const MgDialogue *dialogue)
{
    g_autofree gchar *heard = mg_reply_quote(dialogue->reply);

    if (dialogue->reply->complete)
        return g_strdup_printf("spoke out of turn, behind its answer to %s: %s",
                               mg_dialogue_step_name(dialogue->step), heard);
    if (dialogue->step == MG_STEP_TEXT)
        return g_strdup("spoke out of turn, while the mail was going out");
    return g_strdup_printf("spoke out of turn, before %s was said",
                           mg_dialogue_step_name(dialogue->step));
}

/* "closed the connection at DATA" and its kin, with what was heard of an answer. */
static gchar *how_it_broke(const MgTrouble *trouble)
{
    const MgDialogue *dialogue = trouble->dialogue;
    const gchar *step = mg_dialogue_step_name(dialogue->step);
    g_autofree gchar *heard = mg_reply_quote(dialogue->reply);
    g_autofree gchar *words = detail(trouble);

    if (dialogue->out_of_turn)
        return how_it_spoke_out_of_turn(dialogue);
    if (dialogue->reply->complete)
        return g_strdup_printf("answered %s unexpectedly: %s", step, heard);
    if (dialogue->reply->text->len > 0 || dialogue->reply->noise->len > 0)
        return g_strdup_printf("gave no whole answer at %s but %s", step, heard);
    if (trouble->code == CURLE_ABORTED_BY_CALLBACK)
        return g_strdup_printf("took no more of the mail for %u s (smtp.timeout)",
                               trouble->settings->timeout);
    if (trouble->code == CURLE_OPERATION_TIMEDOUT)
        return g_strdup_printf("took too long at %s (smtp.timeout is %u s)", step,
                               trouble->settings->timeout);
    if (trouble->code == CURLE_SEND_ERROR || trouble->code == CURLE_RECV_ERROR)
        return g_strdup_printf("closed the connection at %s", step);
    return g_strdup_printf("failed at %s: %s", step, words);
}

/* --- extent: server --- */

static GError *refused_before_mail(const MgTrouble *trouble)
{
    const MgDialogue *dialogue = trouble->dialogue;
    const gchar *step = mg_dialogue_step_name(dialogue->step);
    g_autofree gchar *server = server_name(trouble);
    g_autofree gchar *heard = mg_reply_quote(dialogue->reply);
    const gchar *hint = is_temporary(dialogue->reply) || heard[1] == '4' ? HINT_CROWD : "";

    if (dialogue->step == MG_STEP_AUTH)
        return g_error_new(MG_ERROR, MG_ERROR_RUN, "%s refused the login at %s: %s%s", server, step,
                           heard, HINT_LOGIN);
    if (dialogue->step == MG_STEP_STARTTLS)
        hint = HINT_NO_TLS;
    return g_error_new(MG_ERROR, MG_ERROR_RUN, "%s refused to go on at %s: %s%s", server, step,
                       heard, hint);
}

static GError *failed_tls(const MgTrouble *trouble)
{
    g_autofree gchar *server = server_name(trouble);
    g_autofree gchar *words = detail(trouble);

    switch (trouble->code) {
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ISSUER_ERROR:
        return g_error_new(MG_ERROR, MG_ERROR_RUN,
                           "%s showed a certificate that does not prove it: %s%s", server, words,
                           HINT_CERTIFICATE);
    case CURLE_SSL_CACERT_BADFILE:
        return g_error_new(MG_ERROR, MG_ERROR_RUN, "smtp.ca_file cannot be used: %s", words);
    case CURLE_USE_SSL_FAILED:
        return g_error_new(MG_ERROR, MG_ERROR_RUN, "%s offers no STARTTLS, which is demanded%s",
                           server, HINT_NO_TLS);
    default:
        return g_error_new(MG_ERROR, MG_ERROR_RUN, "%s failed at the TLS handshake: %s%s", server,
                           words, HINT_NO_TLS);
    }
}

static gboolean is_tls_trouble(const MgTrouble *trouble)
{
    switch (trouble->code) {
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CERTPROBLEM:
        return TRUE;
    case CURLE_USE_SSL_FAILED:
        return !is_answered(trouble); /* answered: STARTTLS was offered, and refused */
    default:
        return FALSE;
    }
}

static GError *not_reached(const MgTrouble *trouble)
{
    g_autofree gchar *server = server_name(trouble);
    g_autofree gchar *words = detail(trouble);

    /* Given up by the session or by libcurl, whose words would speak of callbacks. */
    if (is_silence(trouble))
        return g_error_new(MG_ERROR, MG_ERROR_RUN,
                           "%s cannot be reached: the host does not answer%s", server,
                           HINT_ADDRESS);
    return g_error_new(MG_ERROR, MG_ERROR_RUN, "%s cannot be reached: %s%s", server, words,
                       HINT_ADDRESS);
}

/* The connection ended with that, or with the HELO after it. */
static gboolean is_ehlo_refused(const MgDialogue *dialogue)
{
    return dialogue->step == MG_STEP_EHLO && dialogue->ehlo_refused &&
           dialogue->reply->text->len == 0;
}

static GError *verdict_on_server(const MgTrouble *trouble)
{
    g_autofree gchar *server = server_name(trouble);
    g_autofree gchar *broke = NULL;

    if (is_tls_trouble(trouble))
        return failed_tls(trouble);
    if (trouble->dialogue->step == MG_STEP_CONNECT)
        return not_reached(trouble);
    if (is_answered(trouble) || is_ehlo_refused(trouble->dialogue))
        return refused_before_mail(trouble);
    if (trouble->code == CURLE_LOGIN_DENIED)
        return g_error_new(MG_ERROR, MG_ERROR_RUN, "%s offers no kind of login that can be used%s",
                           server, HINT_NO_LOGIN);
    broke = how_it_broke(trouble);
    return g_error_new(MG_ERROR, MG_ERROR_RUN, "%s %s%s", server, broke, HINT_ADDRESS);
}

/* The answer to MAIL FROM came without a login before it: libcurl goes on silently where it finds
 * none offered. */
static gboolean is_login_missing(const MgTrouble *trouble)
{
    return trouble->settings->username != NULL && !trouble->dialogue->logged_in &&
           trouble->dialogue->step >= MG_STEP_NOOP;
}

static GError *login_missing(const MgTrouble *trouble)
{
    g_autofree gchar *server = server_name(trouble);

    if (trouble->dialogue->offers_login)
        return g_error_new(MG_ERROR, MG_ERROR_RUN, "%s offers no kind of login that can be used%s",
                           server, HINT_NO_LOGIN);
    return g_error_new(MG_ERROR, MG_ERROR_RUN, "%s offers no login, which smtp.username demands%s",
                       server, HINT_NO_LOGIN);
}

static gboolean is_demand(const MgTrouble *trouble)
{
    guint code = trouble->dialogue->reply->code;

    return code == 530 || code == 534 || code == 538;
}

static GError *demanded(const MgTrouble *trouble)
{
    g_autofree gchar *server = server_name(trouble);
    g_autofree gchar *heard = mg_reply_quote(trouble->dialogue->reply);

    return g_error_new(MG_ERROR, MG_ERROR_RUN, "%s refused at %s: %s%s", server,
                       mg_dialogue_step_name(trouble->dialogue->step), heard, HINT_DEMANDS);
}

/* --- extent: connection --- */

static GError *verdict_on_connection(const MgTrouble *trouble)
{
    g_autofree gchar *server = server_name(trouble);
    g_autofree gchar *heard = mg_reply_quote(trouble->dialogue->reply);
    g_autofree gchar *broke = NULL;

    if (is_answered(trouble) && !trouble->dialogue->out_of_turn)
        return g_error_new(MG_ERROR, MG_ERROR_RETRY, "%s ended the session at %s: %s", server,
                           mg_dialogue_step_name(trouble->dialogue->step), heard);
    broke = how_it_broke(trouble);
    return g_error_new(MG_ERROR, MG_ERROR_RETRY, "%s %s; nothing was delivered", server, broke);
}

static GError *unknown_outcome(const MgTrouble *trouble)
{
    g_autofree gchar *server = server_name(trouble);
    g_autofree gchar *broke = how_it_broke(trouble);

    return g_error_new(MG_ERROR, MG_ERROR_UNKNOWN_OUTCOME,
                       "%s %s; it may have accepted the mail"
                       "\nHINT: the mail server's log tells, look for the Message-Id",
                       server, broke);
}

/* --- extent: mail --- */

/* RFC 1870, RFC 3463: to MAIL FROM, which says how large it is, or in the end. To RCPT TO 552 is a
 * full mailbox. */
static gboolean is_about_size(const MgDialogue *dialogue)
{
    g_autofree gchar *enhanced = mg_reply_enhanced(dialogue->reply);

    if (dialogue->step < MG_STEP_MAIL || dialogue->step == MG_STEP_RCPT)
        return FALSE;
    return dialogue->reply->code == 552 || g_strcmp0(enhanced, "5.3.4") == 0 ||
           g_strcmp0(enhanced, "5.2.3") == 0;
}

static const gchar *hint_on_refusal(const MgDialogue *dialogue)
{
    g_autofree gchar *enhanced = mg_reply_enhanced(dialogue->reply);

    if (is_temporary(dialogue->reply))
        return HINT_NEXT_RUN;
    if (is_about_size(dialogue))
        return HINT_SIZE;
    if (dialogue->step == MG_STEP_MAIL)
        return HINT_SENDER;
    if (dialogue->step == MG_STEP_RCPT && g_strcmp0(enhanced, "5.7.1") == 0)
        return HINT_RELAY;
    return "";
}

static GError *refused_recipients(const MgTrouble *trouble, const MgMail *mail)
{
    const GPtrArray *recipients = trouble->dialogue->recipients;
    g_autofree gchar *server = server_name(trouble);
    g_autoptr(GString) list = g_string_new(NULL);
    guint named = MIN(MIN(recipients->len, g_strv_length(mail->envelope_tos)), NAMED_RECIPIENTS);

    for (guint i = 0; i < named; i++) {
        const MgRecipientReply *recipient = g_ptr_array_index(recipients, i);
        g_autofree gchar *address = mg_error_quote(mail->envelope_tos[i]);
        g_string_append_printf(list, "%s%s with '%s'", i > 0 ? ", " : "", address,
                               recipient->reply);
    }
    if (recipients->len > named)
        g_string_append_printf(list, " and %u more", recipients->len - named);
    return g_error_new(MG_ERROR, MG_ERROR_GROUP, "%s refused at RCPT TO %s%s", server, list->str,
                       hint_on_refusal(trouble->dialogue));
}

static GError *verdict_on_mail(const MgTrouble *trouble, const MgMail *mail)
{
    const MgDialogue *dialogue = trouble->dialogue;
    g_autofree gchar *server = server_name(trouble);
    g_autofree gchar *heard = mg_reply_quote(dialogue->reply);
    g_autofree gchar *sender = mg_error_quote(mail->envelope_from);

    if (dialogue->step == MG_STEP_RCPT)
        return refused_recipients(trouble, mail);
    if (dialogue->step == MG_STEP_MAIL && !is_about_size(dialogue))
        return g_error_new(MG_ERROR, MG_ERROR_GROUP, "%s refused at MAIL FROM the sender %s: %s%s",
                           server, sender, heard, hint_on_refusal(dialogue));
    return g_error_new(MG_ERROR, MG_ERROR_GROUP, "%s refused the mail at %s: %s%s", server,
                       mg_dialogue_step_name(dialogue->step), heard, hint_on_refusal(dialogue));
}

/* --- the policy --- */

/* What was said out of turn puts the answer before it in doubt. Not that to the final dot, there
 * had been nothing before; and a refusal that comes with the text is one. */
static gboolean is_in_doubt(const MgDialogue *dialogue)
{
    return dialogue->out_of_turn && dialogue->step < MG_STEP_TEXT;
}

static GError *judge(const MgTrouble *trouble, const MgMail *mail)
{
    const MgDialogue *dialogue = trouble->dialogue;

    if (dialogue->step == MG_STEP_DOT && !is_answered(trouble))
        return unknown_outcome(trouble);
    if (is_login_missing(trouble))
        return login_missing(trouble);
    if (dialogue->step < MG_STEP_NOOP && !trouble->reused)
        return verdict_on_server(trouble);
    if (is_answered(trouble) && is_demand(trouble))
        return demanded(trouble);
    if (!is_answered(trouble) || dialogue->reply->code == 421 || is_in_doubt(dialogue))
        return dialogue->step == MG_STEP_NOOP ? verdict_on_server(trouble)
                                              : verdict_on_connection(trouble);
    return mail != NULL ? verdict_on_mail(trouble, mail) : verdict_on_server(trouble);
}

static gboolean is_for_now(const MgDialogue *dialogue)
{
    for (guint i = 0; dialogue->step == MG_STEP_RCPT && i < dialogue->recipients->len; i++)
        if (((const MgRecipientReply *)g_ptr_array_index(dialogue->recipients, i))->code / 100 == 4)
            return TRUE;
    return is_temporary(dialogue->reply);
}

/* Not the sender, whose refusal most often hits every mail; but the size is told there too. */
static gboolean is_about_this_mail(const MgDialogue *dialogue)
{
    return dialogue->step > MG_STEP_MAIL || is_about_size(dialogue);
}

GError *mg_verdict(const MgTrouble *trouble, const MgMail *mail)
{
    GError *verdict = judge(trouble, mail);

    if (verdict->code != MG_ERROR_GROUP)
        return verdict;
    if (is_for_now(trouble->dialogue))
        mg_error_set_may_pass(verdict);
    else if (is_about_this_mail(trouble->dialogue))
        mg_error_set_for_good(verdict);
    if (is_about_size(trouble->dialogue))
        mg_error_set_about_size(verdict);
    return verdict;
}

gboolean mg_verdict_is_stale_connection(const MgTrouble *trouble)
{
    const MgDialogue *dialogue = trouble->dialogue;

    if (!trouble->reused || dialogue->step > MG_STEP_DATA)
        return FALSE;
    if (dialogue->out_of_turn)
        return TRUE;
    return is_answered(trouble) ? dialogue->reply->code == 421 : !is_silence(trouble);
}

gboolean mg_verdict_is_failed_handshake(const MgTrouble *trouble)
{
    return trouble->settings->tls == MG_TLS_OPPORTUNISTIC && is_tls_trouble(trouble) &&
           trouble->dialogue->step == MG_STEP_TLS;
}

/* --- recipients --- */

static MgRefusalKind kind_of(guint code)
{
    return code / 100 == 5 ? MG_REFUSAL_FOR_GOOD : MG_REFUSAL_FOR_NOW;
}

/* What was said to the recipient at `position`, NULL where nothing was, or it was taken. */
static const MgRecipientReply *refusal_of(const MgDialogue *dialogue, guint position)
{
    const MgRecipientReply *recipient = NULL;

    if (position < dialogue->recipients->len)
        recipient = g_ptr_array_index(dialogue->recipients, position);
    return recipient != NULL && recipient->code / 100 != 2 ? recipient : NULL;
}

static void add_refusal(MgOutcome *outcome, const gchar *address, const MgRecipientReply *recipient)
{
    mg_outcome_add_refusal(outcome, address, kind_of(recipient->code), recipient->code,
                           recipient->reply, NULL);
}

void mg_verdict_refusals(const MgDialogue *dialogue, const MgMail *mail, MgOutcome *outcome)
{
    for (guint i = 0; mail->envelope_tos[i] != NULL; i++) {
        const MgRecipientReply *recipient = refusal_of(dialogue, i);
        if (recipient != NULL && !mg_portion_is_turned_away(dialogue, i))
            add_refusal(outcome, mail->envelope_tos[i], recipient);
    }
}

/* A server that does not want a sender a second time may want it tomorrow: the recipient has done
 * nothing. */
static MgRefusalKind kind_of_failure(const MgDialogue *dialogue, const GError *failure)
{
    if (g_error_matches(failure, MG_ERROR, MG_ERROR_UNKNOWN_OUTCOME))
        return MG_REFUSAL_UNCERTAIN;
    if (!g_error_matches(failure, MG_ERROR, MG_ERROR_GROUP) || dialogue->step <= MG_STEP_MAIL)
        return MG_REFUSAL_FOR_NOW;
    return kind_of(dialogue->reply->code);
}

void mg_verdict_left_out(const MgDialogue *dialogue, const MgMail *mail, const GError *failure,
                         MgOutcome *outcome)
{
    MgRefusalKind kind = kind_of_failure(dialogue, failure);
    guint code = dialogue->reply->complete ? dialogue->reply->code : 0;

    for (guint i = 0; mail->envelope_tos[i] != NULL; i++) {
        const MgRecipientReply *recipient = refusal_of(dialogue, i);
        if (recipient != NULL && mg_portion_is_turned_away(dialogue, i)) /* 552 too */
            mg_outcome_add_refusal(outcome, mail->envelope_tos[i], MG_REFUSAL_FOR_NOW,
                                   recipient->code, recipient->reply, NULL);
        else if (recipient != NULL)
            add_refusal(outcome, mail->envelope_tos[i], recipient);
        else
            mg_outcome_add_refusal(outcome, mail->envelope_tos[i], kind, code, NULL,
                                   failure->message);
    }
}
