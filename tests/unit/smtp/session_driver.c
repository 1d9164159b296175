/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Drives one session by hand, for tests against a real server (tests/flow/test_7*_send_*.py) and
 * for measuring. Commands come in as lines, answers go out as lines; the parts of a line are
 * divided by tabs, each escaped as g_strescape() does.
 *
 *     send FROM TO… WIRE        accepted REPLY QUEUE-ID secured|clear (ADDRESS KIND REPLY)…
 *     probe                     ready secured|clear
 *     repeat N FROM TO… WIRE    took MICROSECONDS ACCEPTED
 *     end                       ended      the session was closed; the end of the input does the
 * same
 *
 * and `failed CODE MESSAGE` where it failed. The first line out is `new`, or `failed`.
 */
#include "smtp/session.h"

#include "base/error.h"

#include <stdio.h>

static const gchar *const code_names[] = {
    [MG_ERROR_SETUP] = "SETUP",
    [MG_ERROR_RUN] = "RUN",
    [MG_ERROR_GROUP] = "GROUP",
    [MG_ERROR_RETRY] = "RETRY",
    [MG_ERROR_UNKNOWN_OUTCOME] = "UNKNOWN_OUTCOME",
};

static const gchar *const kind_names[] = {
    [MG_REFUSAL_FOR_GOOD] = "FOR_GOOD",
    [MG_REFUSAL_FOR_NOW] = "FOR_NOW",
    [MG_REFUSAL_UNCERTAIN] = "UNCERTAIN",
};

static const gchar *const tls_names[] = {"never", "opportunistic", "required", "implicit"};

static void put(const gchar *text)
{
    g_autofree gchar *escaped = g_strescape(text != NULL ? text : "", NULL);

    printf("\t%s", escaped);
}

static void put_end(void)
{
    putchar('\n');
    fflush(stdout);
}

static void put_failure(const GError *error)
{
    g_assert(error->domain == MG_ERROR);
    fputs("failed", stdout);
    put(code_names[error->code]);
    put(error->message);
    put_end();
}

static const gchar *secured(const MgSession *session)
{
    return mg_session_is_secured(session) ? "secured" : "clear";
}

static void put_outcome(const MgSession *session, const MgOutcome *outcome)
{
    fputs("accepted", stdout);
    put(outcome->reply);
    put(outcome->queue_id);
    put(secured(session));
    for (guint i = 0; i < outcome->refusals->len; i++) {
        const MgRefusal *refusal = g_ptr_array_index(outcome->refusals, i);
        g_autofree gchar *kind = g_strdup_printf("%s %u", kind_names[refusal->kind], refusal->code);
        put(refusal->address);
        put(kind);
        put(refusal->reply != NULL ? refusal->reply : refusal->reason);
    }
    put_end();
}

static MgMail *read_mail(gchar **parts)
{
    MgMail *mail = mg_mail_new();
    guint count = g_strv_length(parts);
    g_autoptr(GStrvBuilder) tos = g_strv_builder_new();

    g_assert(count >= 3);
    mail->envelope_from = g_strdup(parts[0]);
    for (guint i = 1; i < count - 1; i++)
        g_strv_builder_add(tos, parts[i]);
    mail->envelope_tos = g_strv_builder_end(tos);
    mail->wire = g_bytes_new(parts[count - 1], strlen(parts[count - 1]));
    return mail;
}

static void send_one(MgSession *session, gchar **parts)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(MgMail) mail = read_mail(parts);
    g_autoptr(MgOutcome) outcome = mg_session_send(session, mail, &error);

    if (outcome == NULL)
        put_failure(error);
    else
        put_outcome(session, outcome);
}

static void probe(MgSession *session)
{
    g_autoptr(GError) error = NULL;

    if (!mg_session_probe(session, &error)) {
        put_failure(error);
        return;
    }
    fputs("ready", stdout);
    put(secured(session));
    put_end();
}

static void repeat(MgSession *session, gchar **parts)
{
    guint64 count = g_ascii_strtoull(parts[0], NULL, 10);
    guint64 accepted = 0;
    g_autoptr(MgMail) mail = read_mail(parts + 1);
    gint64 start = g_get_monotonic_time();

    for (guint64 i = 0; i < count; i++) {
        g_autoptr(MgOutcome) outcome = mg_session_send(session, mail, NULL);
        accepted += outcome != NULL;
    }
    printf("took\t%" G_GINT64_FORMAT "\t%" G_GUINT64_FORMAT, g_get_monotonic_time() - start,
           accepted);
    put_end();
}

static gboolean obey(MgSession *session, const gchar *line)
{
    g_auto(GStrv) parts = g_strsplit(line, "\t", -1);

    for (guint i = 0; parts[i] != NULL; i++) {
        gchar *plain = g_strcompress(parts[i]);
        g_free(parts[i]);
        parts[i] = plain;
    }
    if (g_strcmp0(parts[0], "end") == 0)
        return FALSE;
    if (g_strcmp0(parts[0], "send") == 0)
        send_one(session, parts + 1);
    else if (g_strcmp0(parts[0], "probe") == 0)
        probe(session);
    else if (g_strcmp0(parts[0], "repeat") == 0)
        repeat(session, parts + 1);
    else
        g_error("unknown command %s", line);
    return TRUE;
}

static void serve(MgSession *session)
{
    g_autofree gchar *line = NULL;
    size_t size = 0;
    ssize_t length;

    while ((length = getline(&line, &size, stdin)) > 0) {
        line[length - 1] = '\0';
        if (!obey(session, line))
            return;
    }
}

static MgTls tls_of(const gchar *name)
{
    for (guint i = 0; i < G_N_ELEMENTS(tls_names); i++)
        if (g_strcmp0(name, tls_names[i]) == 0)
            return (MgTls)i;
    g_error("unknown tls %s", name);
}

int main(int argc, char *argv[])
{
    static gchar *tls;
    static gint port, timeout = 10;
    static MgSmtpSettings settings;
    const GOptionEntry entries[] = {
        {"host", 0, 0, G_OPTION_ARG_FILENAME, &settings.host, NULL, NULL},
        {"port", 0, 0, G_OPTION_ARG_INT, &port, NULL, NULL},
        {"tls", 0, 0, G_OPTION_ARG_FILENAME, &tls, NULL, NULL},
        {"username", 0, 0, G_OPTION_ARG_FILENAME, &settings.username, NULL, NULL},
        {"password", 0, 0, G_OPTION_ARG_FILENAME, &settings.password, NULL, NULL},
        {"ca-file", 0, 0, G_OPTION_ARG_FILENAME, &settings.ca_file, NULL, NULL},
        {"timeout", 0, 0, G_OPTION_ARG_INT, &timeout, NULL, NULL},
        G_OPTION_ENTRY_NULL,
    };
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_autoptr(GError) error = NULL;
    MgSession *session;

    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, &argc, &argv, &error))
        g_error("%s", error->message);
    settings.tls = tls_of(tls != NULL ? tls : "never");
    settings.port = (guint)port;
    settings.timeout = (guint)timeout;

    session = mg_session_new(&settings, &error);
    if (session == NULL) {
        put_failure(error);
        return 1;
    }
    fputs("new", stdout);
    put_end();
    serve(session);
    mg_session_free(session);
    fputs("ended", stdout);
    put_end();
    return 0;
}
