/* SPDX-License-Identifier: AGPL-3.0-or-later */
#define MG_LOGGER "intelmqmail.smtp"

#include "smtp/session.h"

#include "base/error.h"
#include "base/log.h"
#include "smtp/dialogue.h"
#include "smtp/endpoint.h"
#include "smtp/envelope.h"
#include "smtp/greeting.h"
#include "smtp/verdict.h"

#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Lost connections in a row. Enough that a few groups one after another, each of which the server
 * cannot stand, do not end the run, as they would be the first of the next one too. */
#define PATIENCE 10
#define WHOLE_MAIL_TIMEOUTS 4   /* RCPT TO, DATA, dot … may each take one, but not all of them */
#define SLOWEST_BYTES_PER_MS 10 /* 10 KB a second, on top of those */
#define CONNECT_TIMEOUT 30      /* seconds at most until the host itself answers */
#define QUIT_TIMEOUT 5L         /* seconds; the answer to QUIT changes nothing */

struct MgSession {
    const MgSmtpSettings *settings;
    CURL *curl;
    MgDialogue *dialogue;
    gchar *url;
    gchar words[CURL_ERROR_SIZE];
    GArray *sockets;     /* of curl_socket_t, the open ones: between mails the kept one or none */
    gboolean opened;     /* a socket was opened since the mail began */
    gboolean clear_text; /* opportunistic TLS has failed with this server: not again */
    gboolean quitting;   /* the next QUIT is our own, whose answer is awaited */
    guint lost;          /* connections lost in a row */

    const guint8 *wire; /* the mail that is being sent */
    gsize wire_size;
    gsize wire_given;
    curl_off_t progress; /* bytes that the server took, and when this last changed */
    gint64 progress_time;
    gint64 start; /* of the transfer; monotonic microseconds, as above */
};

/* --- what libcurl tells us --- */

static size_t give_wire(char *buffer, size_t size, size_t count, void *user_data)
{
    MgSession *session = user_data;
    gsize length = MIN(size * count, session->wire_size - session->wire_given);

    memcpy(buffer, session->wire + session->wire_given, length);
    session->wire_given += length;
    return length;
}

/* Where a login was configured but none offered, libcurl goes on without and says so nowhere: it is
 * seen when MAIL FROM is answered, and ends the transfer. */
static size_t hear_answer(char *bytes, size_t size, size_t count, void *user_data)
{
    MgSession *session = user_data;
    const MgDialogue *dialogue = session->dialogue;

    mg_dialogue_answer(session->dialogue, bytes, size * count);
    if (session->settings->username != NULL && !dialogue->logged_in && !dialogue->closing &&
        dialogue->step >= MG_STEP_NOOP)
        return 0;
    return size * count;
}

/* Ends what is open without a word. */
static void drop_connection(MgSession *session)
{
    for (guint i = 0; i < session->sockets->len; i++)
        shutdown(g_array_index(session->sockets, curl_socket_t, i), SHUT_RDWR);
}

/* A connection that is silent, or broken, must not cost a further timeout for the answer to
 * libcurl's QUIT. */
static void overhear_command(MgSession *session, const gchar *bytes, gsize length)
{
    mg_dialogue_command(session->dialogue, bytes, length);
    if (!session->dialogue->closing)
        return;
    if (session->quitting)
        session->quitting = FALSE;
    else if (!session->dialogue->reply->complete)
        drop_connection(session);
}

static int overhear(CURL *curl, curl_infotype type, char *bytes, size_t length, void *user_data)
{
    MgSession *session = user_data;

    if (type == CURLINFO_HEADER_OUT)
        overhear_command(session, bytes, length);
    else if (type == CURLINFO_DATA_OUT)
        mg_dialogue_text(session->dialogue, length);
    return 0;
}

/* CONNECTTIMEOUT includes greeting and login, which may take minutes; a host that does not answer
 * at all must not. */
static gboolean is_unreachable(const MgSession *session, gint64 now)
{
    gint64 limit = MIN((gint64)session->settings->timeout, CONNECT_TIMEOUT) * G_USEC_PER_SEC;
    curl_off_t connected = 0;

    if (session->dialogue->step != MG_STEP_CONNECT || now - session->start < limit)
        return FALSE;
    curl_easy_getinfo(session->curl, CURLINFO_CONNECT_TIME_T, &connected);
    return connected == 0;
}

/* SERVER_RESPONSE_TIMEOUT watches the answers only, LOW_SPEED would count the waiting for them too:
 * that the text itself keeps moving is watched here. */
static int watch(void *user_data, curl_off_t down_total, curl_off_t down, curl_off_t up_total,
                 curl_off_t up)
{
    MgSession *session = user_data;
    gint64 now = g_get_monotonic_time();

    if (is_unreachable(session, now))
        return 1;
    if (session->dialogue->step != MG_STEP_TEXT || up != session->progress) {
        session->progress = up;
        session->progress_time = now;
        return 0;
    }
    return now - session->progress_time > (gint64)session->settings->timeout * G_USEC_PER_SEC;
}

/* libcurl lets sockets be inherited: GnuPG's agents would hold the connection open. */
static curl_socket_t open_socket(void *user_data, curlsocktype purpose,
                                 struct curl_sockaddr *address)
{
    MgSession *session = user_data;
    curl_socket_t opened =
        socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);

    session->opened = TRUE;
    if (opened != CURL_SOCKET_BAD)
        g_array_append_val(session->sockets, opened);
    return opened;
}

static int close_socket(void *user_data, curl_socket_t closed)
{
    MgSession *session = user_data;

    for (guint i = 0; i < session->sockets->len; i++)
        if (g_array_index(session->sockets, curl_socket_t, i) == closed) {
            g_array_remove_index_fast(session->sockets, i);
            break;
        }
    return close(closed);
}

static size_t drop_body(char *bytes, size_t size, size_t count, void *user_data)
{
    return size * count;
}

/* --- making one --- */

void mg_session_init(void)
{
    CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);

    g_assert(code == CURLE_OK);
    mg_greeting_name(); /* may ask DNS: better now than in the first mail's time */
}

static void set_tls(MgSession *session)
{
    const MgSmtpSettings *settings = session->settings;
    CURL *curl = session->curl;
    gboolean verified = settings->tls == MG_TLS_REQUIRED || settings->tls == MG_TLS_IMPLICIT;
    long use = CURLUSESSL_ALL;

    if (settings->tls == MG_TLS_NEVER || session->clear_text)
        use = CURLUSESSL_NONE;
    else if (settings->tls == MG_TLS_OPPORTUNISTIC && mg_endpoint_allows_clear_login(settings))
        use = CURLUSESSL_TRY;
    curl_easy_setopt(curl, CURLOPT_USE_SSL, use);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, verified ? 1L : 0L);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, verified ? 2L : 0L);
    if (settings->ca_file != NULL) {
        curl_easy_setopt(curl, CURLOPT_CAINFO, settings->ca_file);
        curl_easy_setopt(curl, CURLOPT_CAPATH, NULL); /* this authority, not the system's as well */
    }
}

static void set_login(MgSession *session)
{
    if (session->settings->username == NULL)
        return;
    curl_easy_setopt(session->curl, CURLOPT_USERNAME, session->settings->username);
    curl_easy_setopt(session->curl, CURLOPT_PASSWORD, session->settings->password);
    /* Password mechanisms only: left alone, libcurl tries Kerberos and NTLM for some user names. */
    curl_easy_setopt(session->curl, CURLOPT_LOGIN_OPTIONS,
                     "AUTH=SCRAM-SHA-256;AUTH=SCRAM-SHA-1;AUTH=CRAM-MD5;AUTH=PLAIN;AUTH=LOGIN");
}

static void set_callbacks(MgSession *session)
{
    CURL *curl = session->curl;

    curl_easy_setopt(curl, CURLOPT_READFUNCTION, give_wire);
    curl_easy_setopt(curl, CURLOPT_READDATA, session);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, drop_body);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, hear_answer);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, session);
    curl_easy_setopt(curl, CURLOPT_DEBUGFUNCTION, overhear);
    curl_easy_setopt(curl, CURLOPT_DEBUGDATA, session);
    curl_easy_setopt(curl, CURLOPT_VERBOSE, 1L); /* no DEBUGFUNCTION without */
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, watch);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, session);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, session);
    curl_easy_setopt(curl, CURLOPT_CLOSESOCKETFUNCTION, close_socket);
    curl_easy_setopt(curl, CURLOPT_CLOSESOCKETDATA, session);
}

static void set_connection(MgSession *session)
{
    CURL *curl = session->curl;
    long timeout = (long)session->settings->timeout;

    curl_easy_setopt(curl, CURLOPT_URL, session->url);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, session->words);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(curl, CURLOPT_PROXY, ""); /* the environment's is for the web */
    curl_easy_setopt(curl, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(curl, CURLOPT_MAXCONNECTS, 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, timeout);
    curl_easy_setopt(curl, CURLOPT_SERVER_RESPONSE_TIMEOUT, timeout);
    curl_easy_setopt(curl, CURLOPT_MAIL_RCPT_ALLLOWFAILS, 1L);
}

MgSession *mg_session_new(const MgSmtpSettings *settings, GError **error)
{
    MgSession *session;

    g_assert(settings->timeout > 0);
    if (!mg_endpoint_check(settings, error))
        return NULL;
    session = g_new0(MgSession, 1);
    session->settings = settings;
    session->sockets = g_array_new(FALSE, FALSE, sizeof(curl_socket_t));
    session->url = mg_endpoint_url(settings);
    session->dialogue = mg_dialogue_new();
    session->curl = curl_easy_init();
    g_assert(session->curl != NULL);
    set_callbacks(session);
    set_connection(session);
    set_tls(session);
    set_login(session);
    return session;
}

/* --- the kept connection --- */

/* Between mails the server has nothing to say: bytes, or the end of the file, mean that it is done
 * with us ("421 idle for too long"), and libcurl would take them for an answer to the next mail. */
static gboolean is_quiet(const MgSession *session)
{
    struct pollfd watched = {.events = POLLIN};

    if (session->sockets->len != 1)
        return FALSE;
    watched.fd = g_array_index(session->sockets, curl_socket_t, 0);
    return poll(&watched, 1, 0) == 0;
}

/* libcurl's own QUIT, said by curl_easy_cleanup(), would wait two minutes for an answer. So it is
 * said before, and then the connection is shut. */
static void say_quit(MgSession *session)
{
    CURL *curl = session->curl;

    mg_dialogue_begin(session->dialogue, 0);
    session->quitting = TRUE;
    curl_easy_setopt(curl, CURLOPT_UPLOAD, 0L);
    curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, NULL);
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, "QUIT");
    curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, 0L); /* never a new one for this */
    curl_easy_setopt(curl, CURLOPT_MAXAGE_CONN, (long)G_MAXINT);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, 0L);
    curl_easy_setopt(curl, CURLOPT_SERVER_RESPONSE_TIMEOUT,
                     MIN((long)session->settings->timeout, QUIT_TIMEOUT));
    curl_easy_perform(curl);
}

void mg_session_free(MgSession *session)
{
    if (session == NULL)
        return;
    if (is_quiet(session))
        say_quit(session);
    drop_connection(session);
    curl_easy_cleanup(session->curl);
    mg_dialogue_free(session->dialogue);
    g_array_unref(session->sockets);
    g_free(session->url);
    g_free(session);
}

/* --- one transfer --- */

/* Where libcurl gave up before there was a command or an answer for the dialogue to know. */
static void refine_step(MgSession *session, gboolean reused)
{
    MgDialogue *dialogue = session->dialogue;
    curl_off_t connected = 0;
    curl_off_t secured = 0;

    if (dialogue->step != MG_STEP_CONNECT)
        return;
    curl_easy_getinfo(session->curl, CURLINFO_CONNECT_TIME_T, &connected);
    curl_easy_getinfo(session->curl, CURLINFO_APPCONNECT_TIME_T, &secured);
    if (reused)
        dialogue->step = dialogue->text_size > 0 ? MG_STEP_MAIL : MG_STEP_NOOP;
    else if (connected > 0 && session->settings->tls == MG_TLS_IMPLICIT && secured == 0)
        dialogue->step = MG_STEP_TLS;
    else if (connected > 0)
        dialogue->step = MG_STEP_BANNER;
}

static MgTrouble perform_once(MgSession *session, gsize text_size)
{
    MgTrouble trouble = {.settings = session->settings, .dialogue = session->dialogue};
    gboolean kept = is_quiet(session);

    if (!kept)
        drop_connection(session);
    curl_easy_setopt(session->curl, CURLOPT_FRESH_CONNECT, kept ? 0L : 1L);
    session->opened = FALSE;
    session->words[0] = '\0';
    session->wire_given = 0;
    session->progress = -1;
    session->start = g_get_monotonic_time();
    mg_dialogue_begin(session->dialogue, text_size);

    trouble.code = curl_easy_perform(session->curl);
    trouble.detail = session->words;
    trouble.reused = kept && !session->opened && trouble.code != CURLE_COULDNT_RESOLVE_HOST;
    refine_step(session, trouble.reused);
    return trouble;
}

/* What libcurl thinks of it does not count once the server has answered the final dot. */
static gboolean is_good(const MgTrouble *trouble)
{
    return mg_dialogue_is_accepted(trouble->dialogue) ||
           (trouble->dialogue->text_size == 0 && trouble->code == CURLE_OK);
}

static void give_up_tls(MgSession *session)
{
    g_autofree gchar *host = mg_error_quote(session->settings->host);
    g_autofree gchar *words = mg_error_quote(session->words);

    mg_log_warning("smtp server %s port %u offers TLS that does not work, going on without: %s",
                   host, session->settings->port, words);
    session->clear_text = TRUE;
    set_tls(session);
}

static MgTrouble perform(MgSession *session, gsize text_size)
{
    MgTrouble trouble = perform_once(session, text_size);

    if (!is_good(&trouble) && mg_verdict_is_stale_connection(&trouble)) {
        drop_connection(session);
        trouble = perform_once(session, text_size);
    }
    if (!is_good(&trouble) && mg_endpoint_allows_clear_login(session->settings) &&
        mg_verdict_is_failed_handshake(&trouble)) {
        give_up_tls(session);
        trouble = perform_once(session, text_size);
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
        drop_connection(session);
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

/* The size is declared (RFC 1870) but for mails with lines that begin with a dot: libcurl 7.88
 * counts the dots it adds, and may take a mail for complete too early by as many bytes. */
static void set_mail(MgSession *session, const MgMail *mail, struct curl_slist *recipients)
{
    CURL *curl = session->curl;
    gsize size = session->wire_size;
    curl_off_t declared = mg_envelope_has_dotted_line(mail) ? -1 : (curl_off_t)size;

    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, NULL);
    curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE, declared);
    curl_easy_setopt(curl, CURLOPT_MAIL_FROM, mail->envelope_from);
    curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, recipients);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS,
                     (long)(WHOLE_MAIL_TIMEOUTS * 1000L * session->settings->timeout +
                            size / SLOWEST_BYTES_PER_MS));
}

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
    struct curl_slist *recipients = NULL;
    gsize size;
    const guint8 *wire = g_bytes_get_data(mail->wire, &size);
    MgTrouble trouble;

    if (!mg_envelope_check(mail, error) || !check_patience(session, error))
        return NULL;
    for (guint i = 0; mail->envelope_tos[i] != NULL; i++)
        recipients = curl_slist_append(recipients, mail->envelope_tos[i]);
    session->wire = wire;
    session->wire_size = size;
    set_mail(session, mail, recipients);

    trouble = perform(session, size);
    curl_easy_setopt(session->curl, CURLOPT_MAIL_RCPT, NULL);
    curl_slist_free_all(recipients);
    if (!is_good(&trouble)) {
        g_propagate_error(error, settle(session, &trouble, mail));
        return NULL;
    }
    session->lost = 0;
    if (trouble.code != CURLE_OK && trouble.code != CURLE_WEIRD_SERVER_REPLY)
        drop_connection(session);
    return make_outcome(session->dialogue, mail);
}

gboolean mg_session_probe(MgSession *session, GError **error)
{
    MgTrouble trouble;

    curl_easy_setopt(session->curl, CURLOPT_UPLOAD, 0L);
    curl_easy_setopt(session->curl, CURLOPT_CUSTOMREQUEST, "NOOP");
    curl_easy_setopt(session->curl, CURLOPT_TIMEOUT_MS,
                     (long)(WHOLE_MAIL_TIMEOUTS * 1000L * session->settings->timeout));
    session->wire_size = 0;
    trouble = perform(session, 0);
    if (is_good(&trouble)) {
        session->lost = 0;
        return TRUE;
    }
    g_propagate_error(error, settle(session, &trouble, NULL));
    return FALSE;
}

gboolean mg_session_is_secured(const MgSession *session)
{
    return session->settings->tls == MG_TLS_IMPLICIT || session->dialogue->secured;
}
