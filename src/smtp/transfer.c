/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "smtp/transfer.h"

#include "smtp/endpoint.h"
#include "smtp/envelope.h"
#include "smtp/turn.h"

#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define WHOLE_MAIL_TIMEOUTS 4   /* RCPT TO, DATA, dot … may each take one, but not all of them */
#define SLOWEST_BYTES_PER_MS 10 /* 10 KB a second, on top of those */
#define CONNECT_TIMEOUT 30      /* seconds at most until the host itself answers */
#define QUIT_TIMEOUT 5L         /* seconds; the answer to QUIT changes nothing */

struct MgTransfer {
    const MgSmtpSettings *settings;
    CURL *curl;
    MgDialogue *dialogue;
    gchar *url;
    gchar words[CURL_ERROR_SIZE];
    GArray *sockets; /* of curl_socket_t, the open ones: between mails the kept one or none */
    MgTurn turn;
    gboolean opened;     /* a socket was opened since the attempt began */
    gboolean clear_text; /* opportunistic TLS has failed with this server: not again */
    gboolean quitting;   /* the next QUIT is our own, whose answer is awaited */

    struct curl_slist *recipients; /* of the mail that is loaded, as all that follows */
    const guint8 *wire;
    gsize wire_size;
    gsize wire_given;
    curl_off_t progress; /* bytes that the server took, and when this last changed */
    gint64 progress_time;
    gint64 start; /* of the attempt; monotonic microseconds, as above */
};

/* --- what libcurl tells us --- */

static size_t give_wire(char *buffer, size_t size, size_t count, void *user_data)
{
    MgTransfer *transfer = user_data;
    gsize length = MIN(size * count, transfer->wire_size - transfer->wire_given);

    memcpy(buffer, transfer->wire + transfer->wire_given, length);
    transfer->wire_given += length;
    return length;
}

/* -1 but for the one connection. */
static gint the_socket(const MgTransfer *transfer)
{
    return transfer->sockets->len == 1 ? g_array_index(transfer->sockets, curl_socket_t, 0) : -1;
}

static gboolean is_secured(const MgTransfer *transfer)
{
    return transfer->settings->tls == MG_TLS_IMPLICIT || transfer->dialogue->secured;
}

/* What was there before we spoke is no answer. The greeting comes unasked. */
static gboolean is_answer(const MgTransfer *transfer)
{
    const MgDialogue *dialogue = transfer->dialogue;

    return dialogue->closing || mg_dialogue_is_heard_in_part(dialogue) ||
           dialogue->step <= MG_STEP_BANNER ||
           !mg_turn_is_silent(&transfer->turn, the_socket(transfer));
}

/* After the answer to the final dot nothing more is said: what that means for the connection is
 * seen with the next mail. */
static gboolean may_go_on(MgTransfer *transfer)
{
    MgDialogue *dialogue = transfer->dialogue;

    if (!dialogue->reply->complete && dialogue->step != MG_STEP_TLS &&
        dialogue->step != MG_STEP_TEXT)
        return TRUE;
    if (!mg_turn_pass(&transfer->turn, the_socket(transfer), is_secured(transfer)))
        dialogue->out_of_turn = TRUE;
    return !dialogue->out_of_turn || dialogue->closing || dialogue->step == MG_STEP_DOT;
}

/* Where a login was configured but none offered, libcurl goes on without and says so nowhere: it is
 * seen when MAIL FROM is answered, and ends the transfer. */
static size_t hear_answer(char *bytes, size_t size, size_t count, void *user_data)
{
    MgTransfer *transfer = user_data;
    MgDialogue *dialogue = transfer->dialogue;

    mg_turn_hear(&transfer->turn, size * count);
    if (!is_answer(transfer)) {
        dialogue->out_of_turn = TRUE;
        return 0;
    }
    mg_dialogue_answer(dialogue, bytes, size * count);
    if (transfer->settings->username != NULL && !dialogue->logged_in && !dialogue->closing &&
        dialogue->step >= MG_STEP_NOOP)
        return 0;
    return may_go_on(transfer) ? size * count : 0;
}

void mg_transfer_drop_connection(MgTransfer *transfer)
{
    for (guint i = 0; i < transfer->sockets->len; i++)
        shutdown(g_array_index(transfer->sockets, curl_socket_t, i), SHUT_RDWR);
}

/* A connection that is silent, or broken, must not cost a further timeout for the answer to
 * libcurl's QUIT. */
static void overhear_command(MgTransfer *transfer, const gchar *bytes, gsize length)
{
    mg_dialogue_command(transfer->dialogue, bytes, length);
    if (!transfer->dialogue->closing)
        return;
    if (transfer->quitting)
        transfer->quitting = FALSE;
    else if (!transfer->dialogue->reply->complete)
        mg_transfer_drop_connection(transfer);
}

/* A server that has seen enough may say so at once. Behind TLS that is out of sight. */
static void hear_early_answer(MgTransfer *transfer)
{
    gchar bytes[512];
    ssize_t length = 0;

    if (!is_secured(transfer))
        length = recv(the_socket(transfer), bytes, sizeof bytes, MSG_PEEK | MSG_DONTWAIT);
    if (length > 0)
        mg_dialogue_early_answer(transfer->dialogue, bytes, (gsize)length);
}

/* Before libcurl says the final dot. An answer that came with the text would be taken for one to
 * that. */
static void overhear_text(MgTransfer *transfer, gsize length)
{
    if (mg_turn_is_silent(&transfer->turn, the_socket(transfer)) || transfer->turn.before < 0) {
        mg_dialogue_text(transfer->dialogue, length);
        return;
    }
    transfer->dialogue->out_of_turn = TRUE;
    hear_early_answer(transfer);
    mg_transfer_drop_connection(transfer);
}

static int overhear(CURL *curl, curl_infotype type, char *bytes, size_t length, void *user_data)
{
    MgTransfer *transfer = user_data;

    if (type == CURLINFO_HEADER_OUT)
        overhear_command(transfer, bytes, length);
    else if (type == CURLINFO_DATA_OUT)
        overhear_text(transfer, length);
    return 0;
}

/* CONNECTTIMEOUT includes greeting and login, which may take minutes; a host that does not answer
 * at all must not. */
static gboolean is_unreachable(const MgTransfer *transfer, gint64 now)
{
    gint64 limit = MIN((gint64)transfer->settings->timeout, CONNECT_TIMEOUT) * G_USEC_PER_SEC;
    curl_off_t connected = 0;

    if (transfer->dialogue->step != MG_STEP_CONNECT || now - transfer->start < limit)
        return FALSE;
    curl_easy_getinfo(transfer->curl, CURLINFO_CONNECT_TIME_T, &connected);
    return connected == 0;
}

/* SERVER_RESPONSE_TIMEOUT watches the answers only, LOW_SPEED would count the waiting for them too:
 * that the text itself keeps moving is watched here. */
static int watch(void *user_data, curl_off_t down_total, curl_off_t down, curl_off_t up_total,
                 curl_off_t up)
{
    MgTransfer *transfer = user_data;
    gint64 now = g_get_monotonic_time();

    if (is_unreachable(transfer, now))
        return 1;
    if (transfer->dialogue->step != MG_STEP_TEXT || up != transfer->progress) {
        transfer->progress = up;
        transfer->progress_time = now;
        return 0;
    }
    return now - transfer->progress_time > (gint64)transfer->settings->timeout * G_USEC_PER_SEC;
}

/* libcurl lets sockets be inherited: GnuPG's agents would hold the connection open. */
static curl_socket_t open_socket(void *user_data, curlsocktype purpose,
                                 struct curl_sockaddr *address)
{
    MgTransfer *transfer = user_data;
    curl_socket_t opened =
        socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);

    transfer->opened = TRUE;
    mg_turn_begin(&transfer->turn);
    if (opened != CURL_SOCKET_BAD)
        g_array_append_val(transfer->sockets, opened);
    return opened;
}

static int close_socket(void *user_data, curl_socket_t closed)
{
    MgTransfer *transfer = user_data;

    for (guint i = 0; i < transfer->sockets->len; i++)
        if (g_array_index(transfer->sockets, curl_socket_t, i) == closed) {
            g_array_remove_index_fast(transfer->sockets, i);
            break;
        }
    return close(closed);
}

static size_t drop_body(char *bytes, size_t size, size_t count, void *user_data)
{
    return size * count;
}

/* --- making one --- */

static void set_tls(MgTransfer *transfer)
{
    const MgSmtpSettings *settings = transfer->settings;
    CURL *curl = transfer->curl;
    gboolean verified = settings->tls == MG_TLS_REQUIRED || settings->tls == MG_TLS_IMPLICIT;
    long use = CURLUSESSL_ALL;

    if (settings->tls == MG_TLS_NEVER || transfer->clear_text)
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

static void set_login(MgTransfer *transfer)
{
    if (transfer->settings->username == NULL)
        return;
    curl_easy_setopt(transfer->curl, CURLOPT_USERNAME, transfer->settings->username);
    curl_easy_setopt(transfer->curl, CURLOPT_PASSWORD, transfer->settings->password);
    /* Password mechanisms only: left alone, libcurl tries Kerberos and NTLM for some user names. */
    curl_easy_setopt(transfer->curl, CURLOPT_LOGIN_OPTIONS,
                     "AUTH=SCRAM-SHA-256;AUTH=SCRAM-SHA-1;AUTH=CRAM-MD5;AUTH=PLAIN;AUTH=LOGIN");
}

static void set_callbacks(MgTransfer *transfer)
{
    CURL *curl = transfer->curl;

    curl_easy_setopt(curl, CURLOPT_READFUNCTION, give_wire);
    curl_easy_setopt(curl, CURLOPT_READDATA, transfer);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, drop_body);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, hear_answer);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, transfer);
    curl_easy_setopt(curl, CURLOPT_DEBUGFUNCTION, overhear);
    curl_easy_setopt(curl, CURLOPT_DEBUGDATA, transfer);
    curl_easy_setopt(curl, CURLOPT_VERBOSE, 1L); /* no DEBUGFUNCTION without */
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, watch);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, transfer);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, transfer);
    curl_easy_setopt(curl, CURLOPT_CLOSESOCKETFUNCTION, close_socket);
    curl_easy_setopt(curl, CURLOPT_CLOSESOCKETDATA, transfer);
}

static void set_connection(MgTransfer *transfer)
{
    CURL *curl = transfer->curl;
    long timeout = (long)transfer->settings->timeout;

    curl_easy_setopt(curl, CURLOPT_URL, transfer->url);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, transfer->words);
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

MgTransfer *mg_transfer_new(const MgSmtpSettings *settings)
{
    MgTransfer *transfer = g_new0(MgTransfer, 1);

    g_assert(settings->timeout > 0);
    transfer->settings = settings;
    transfer->sockets = g_array_new(FALSE, FALSE, sizeof(curl_socket_t));
    transfer->url = mg_endpoint_url(settings);
    transfer->dialogue = mg_dialogue_new();
    transfer->curl = curl_easy_init();
    g_assert(transfer->curl != NULL);
    set_callbacks(transfer);
    set_connection(transfer);
    set_tls(transfer);
    set_login(transfer);
    return transfer;
}

void mg_transfer_give_up_tls(MgTransfer *transfer)
{
    transfer->clear_text = TRUE;
    set_tls(transfer);
}

const MgDialogue *mg_transfer_dialogue(const MgTransfer *transfer)
{
    return transfer->dialogue;
}

/* --- what to do --- */

/* The size is declared (RFC 1870) but for mails with lines that begin with a dot: libcurl 7.88
 * counts the dots it adds, and may take a mail for complete too early by as many bytes. */
static void load_mail(MgTransfer *transfer, const MgMail *mail)
{
    CURL *curl = transfer->curl;
    curl_off_t declared = -1;
    gsize size = 0;

    transfer->wire = g_bytes_get_data(mail->wire, &size);
    transfer->wire_size = size;
    if (!mg_envelope_has_dotted_line(mail))
        declared = (curl_off_t)size;
    for (guint i = 0; mail->envelope_tos[i] != NULL; i++)
        transfer->recipients = curl_slist_append(transfer->recipients, mail->envelope_tos[i]);

    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, NULL);
    curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE, declared);
    curl_easy_setopt(curl, CURLOPT_MAIL_FROM, mail->envelope_from);
    curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, transfer->recipients);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS,
                     (long)(WHOLE_MAIL_TIMEOUTS * 1000L * transfer->settings->timeout +
                            size / SLOWEST_BYTES_PER_MS));
}

static void load_probe(MgTransfer *transfer)
{
    CURL *curl = transfer->curl;

    curl_easy_setopt(curl, CURLOPT_UPLOAD, 0L);
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, "NOOP");
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS,
                     (long)(WHOLE_MAIL_TIMEOUTS * 1000L * transfer->settings->timeout));
}

static void unload(MgTransfer *transfer)
{
    curl_easy_setopt(transfer->curl, CURLOPT_MAIL_RCPT, NULL);
    g_clear_pointer(&transfer->recipients, curl_slist_free_all);
    transfer->wire = NULL;
    transfer->wire_size = 0;
}

void mg_transfer_load(MgTransfer *transfer, const MgMail *mail)
{
    unload(transfer);
    if (mail != NULL)
        load_mail(transfer, mail);
    else
        load_probe(transfer);
}

/* --- doing it --- */

/* Between mails the server has nothing to say: bytes, or the end of the file, mean that it is done
 * with us ("421 idle for too long"), and libcurl would take them for an answer to the next mail. */
static gboolean is_quiet(const MgTransfer *transfer)
{
    struct pollfd watched = {.events = POLLIN};

    if (transfer->sockets->len != 1)
        return FALSE;
    watched.fd = g_array_index(transfer->sockets, curl_socket_t, 0);
    return poll(&watched, 1, 0) == 0;
}

/* Where libcurl gave up before there was a command or an answer for the dialogue to know. */
static void refine_step(MgTransfer *transfer, gboolean reused)
{
    MgDialogue *dialogue = transfer->dialogue;
    curl_off_t connected = 0;
    curl_off_t secured = 0;

    if (dialogue->step != MG_STEP_CONNECT)
        return;
    curl_easy_getinfo(transfer->curl, CURLINFO_CONNECT_TIME_T, &connected);
    curl_easy_getinfo(transfer->curl, CURLINFO_APPCONNECT_TIME_T, &secured);
    if (reused)
        dialogue->step = dialogue->text_size > 0 ? MG_STEP_MAIL : MG_STEP_NOOP;
    else if (connected > 0 && transfer->settings->tls == MG_TLS_IMPLICIT && secured == 0)
        dialogue->step = MG_STEP_TLS;
    else if (connected > 0)
        dialogue->step = MG_STEP_BANNER;
}

MgTrouble mg_transfer_attempt(MgTransfer *transfer)
{
    MgTrouble trouble = {.settings = transfer->settings, .dialogue = transfer->dialogue};
    gboolean kept = is_quiet(transfer) &&
                    mg_turn_pass(&transfer->turn, the_socket(transfer), is_secured(transfer));

    if (!kept)
        mg_transfer_drop_connection(transfer);
    curl_easy_setopt(transfer->curl, CURLOPT_FRESH_CONNECT, kept ? 0L : 1L);
    transfer->opened = FALSE;
    transfer->words[0] = '\0';
    transfer->wire_given = 0;
    transfer->progress = -1;
    transfer->start = g_get_monotonic_time();
    mg_dialogue_begin(transfer->dialogue, transfer->wire_size);

    trouble.code = curl_easy_perform(transfer->curl);
    trouble.detail = transfer->words;
    trouble.reused = kept && !transfer->opened && trouble.code != CURLE_COULDNT_RESOLVE_HOST;
    refine_step(transfer, trouble.reused);
    return trouble;
}

/* --- ending --- */

/* libcurl's own QUIT, said by curl_easy_cleanup(), would wait two minutes for an answer. So it is
 * said before, and then the connection is shut. */
static void say_quit(MgTransfer *transfer)
{
    CURL *curl = transfer->curl;

    mg_dialogue_begin(transfer->dialogue, 0);
    transfer->quitting = TRUE;
    unload(transfer);
    curl_easy_setopt(curl, CURLOPT_UPLOAD, 0L);
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, "QUIT");
    curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, 0L); /* never a new one for this */
    curl_easy_setopt(curl, CURLOPT_MAXAGE_CONN, (long)G_MAXINT);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, 0L);
    curl_easy_setopt(curl, CURLOPT_SERVER_RESPONSE_TIMEOUT,
                     MIN((long)transfer->settings->timeout, QUIT_TIMEOUT));
    curl_easy_perform(curl);
}

void mg_transfer_free(MgTransfer *transfer)
{
    if (transfer == NULL)
        return;
    if (is_quiet(transfer))
        say_quit(transfer);
    mg_transfer_drop_connection(transfer);
    curl_easy_cleanup(transfer->curl);
    curl_slist_free_all(transfer->recipients);
    mg_dialogue_free(transfer->dialogue);
    g_array_unref(transfer->sockets);
    g_free(transfer->url);
    g_free(transfer);
}
