/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Scripts asked through the plug-in, with a host such as a worker has, without a mail server.
 */
#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "cli/python_plugin.h"
#include "database_fixture.h"
#include "flow/host.h"
#include "formats/notification.h"
#include "mime/compose.h"

#include <glib/gstdio.h>
#include <string.h>

#define NOW G_GINT64_CONSTANT(1795579200000000) /* 2026-11-25 04:00 UTC */
#define TICKET "20261125-10000001"
#define TEMPLATE "Report ${ticket_number}\n\nDear ${source.asn}\n${events_as_csv}"
#define EVENTS                                                                                     \
    "INSERT INTO events (id, \"source.asn\", \"source.ip\", \"time.source\","                      \
    " \"source.geolocation.latitude\", \"source.tor_node\", extra) VALUES"                         \
    " (1, 64496, '192.0.2.1', '2026-11-20 03:04:05.123456+00', 50, true,"                          \
    "  '{\"system_desc\": \"RouterOS\"}'),"                                                        \
    " (2, NULL, '2001:db8::1', '2026-11-20 03:04:05+00', 48.2, false, NULL)"

static MgSettings *settings;
static MgSite *site;
static MgConnection *own_connection; /* the main thread's */

static void open_site(const gchar *template_dir)
{
    g_autofree gchar *filename = g_build_filename(template_dir, "open_snmp", NULL);
    GError *error = NULL;

    g_assert_true(g_file_set_contents(filename, TEMPLATE, -1, NULL));
    settings = mg_settings_new();
    settings->sender = g_strdup("CERT <noreply@cert.example>");
    settings->template_dir = g_strdup(template_dir);
    settings->merged_json = g_strdup("{\"sender\": \"CERT <noreply@cert.example>\", \"own\": [1]}");
    site = mg_site_open(settings, g_ptr_array_new_with_free_func((GDestroyNotify)mg_format_free),
                        MG_PURPOSE_SEND, &error);
    g_assert_no_error(error);
}

static void close_site(void)
{
    g_autofree gchar *filename = g_build_filename(settings->template_dir, "open_snmp", NULL);

    g_unlink(filename);
    mg_site_free(site);
    mg_settings_free(settings);
}

/* A group with both events in hand. */
typedef struct {
    MgGroup *group;
    MgLotEvents *events;
    MgTicketPool *tickets;
    MgHost *host;
} Hand;

static MgGroup *make_group(const gchar *notification_format)
{
    const gint64 ids[] = {1, 2};
    MgGroup *group = mg_group_new();

    group->recipient_address = g_strdup("abuse@isp.example");
    group->template_name = g_strdup("open_snmp");
    group->notification_format = g_strdup(notification_format);
    group->event_data_format = g_strdup("csv_Open-SNMP");
    mg_pairs_set(group->aggregate, "source.asn", "64496");
    group->event_ids = g_memdup2(ids, sizeof ids);
    group->n_events = G_N_ELEMENTS(ids);
    group->inserted_at = NOW - G_USEC_PER_SEC;
    return group;
}

static void take_by(MgConnection *connection, Hand *hand, const gchar *notification_format)
{
    const MgGroup *group = hand->group = make_group(notification_format);

    hand->events = mg_lot_events_new(connection, &group, 1);
    hand->tickets = mg_ticket_source_pool_new(MG_PURPOSE_SEND, NULL);
    hand->host = mg_host_new(site, group, NULL, connection, hand->tickets, TICKET);
    mg_host_join_lot(hand->host, hand->events, 0, TRUE);
}

static void take(Hand *hand, const gchar *notification_format)
{
    take_by(own_connection, hand, notification_format);
}

static void leave(Hand *hand)
{
    mg_host_free(hand->host);
    mg_ticket_source_pool_free(hand->tickets);
    mg_lot_events_free(hand->events);
    mg_group_unref(hand->group);
}

static MgDecision *ask(Hand *hand, MgFormat *format, GError **error)
{
    return mg_format_decide(format, &hand->host->question, error);
}

static MgFormat *load_file(const gchar *filename, GError **error)
{
    return mg_python_plugin_engine.load(filename, NULL, error);
}

static MgFormat *load_known(const gchar *name)
{
    g_autofree gchar *filename = g_build_filename(g_getenv("SCRIPTS"), name, NULL);
    GError *error = NULL;
    MgFormat *format = load_file(filename, &error);

    g_assert_no_error(error);
    return format;
}

/* A script of these lines. */
static MgFormat *load_text(const gchar *text, GError **error)
{
    static guint number;
    g_autofree gchar *directory = g_dir_make_tmp("test-python-XXXXXX", NULL);
    g_autofree gchar *name = g_strdup_printf("%02u-script.py", number++);
    g_autofree gchar *filename = g_build_filename(directory, name, NULL);
    MgFormat *format;

    g_assert_true(g_file_set_contents(filename, text, -1, NULL));
    format = load_file(filename, error);
    g_unlink(filename);
    g_rmdir(directory);
    return format;
}

static MgDecision *decide_text(Hand *hand, const gchar *text, GError **error)
{
    GError *failure = NULL;
    g_autoptr(MgFormat) format = load_text(text, &failure);

    g_assert_no_error(failure);
    return ask(hand, format, error);
}

static void test_answers(void)
{
    const struct {
        const gchar *returned;
        MgAnswer answer;
    } cases[] = {
        {"None", MG_ANSWER_NOT_MINE},
        {"[]", MG_ANSWER_NOT_MINE},
        {"()", MG_ANSWER_NOT_MINE},
        {"0", MG_ANSWER_NOT_MINE},
        {"''", MG_ANSWER_NOT_MINE},
        {"Postponed", MG_ANSWER_POSTPONED},
        {"context.mail_format_as_csv()", MG_ANSWER_NOTIFICATIONS},
        {"tuple(context.mail_format_as_csv())", MG_ANSWER_NOTIFICATIONS},
        {"(mail for mail in context.mail_format_as_csv())", MG_ANSWER_NOTIFICATIONS},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        Hand hand;
        GError *error = NULL;
        g_autofree gchar *text =
            g_strdup_printf("from intelmqmail.notification import Postponed\n"
                            "def create_notifications(context):\n    return %s\n",
                            cases[i].returned);
        g_autoptr(MgDecision) decision = NULL;

        take(&hand, "shadowserver");
        decision = decide_text(&hand, text, &error);
        g_assert_no_error(error);
        g_test_message("%s", cases[i].returned);
        g_assert_cmpint(decision->answer, ==, cases[i].answer);
        leave(&hand);
    }
}

static const gchar *last_line(const gchar *text)
{
    const gchar *end = strrchr(text, '\n');

    return end != NULL ? end + 1 : text;
}

static void test_failures(void)
{
    const struct {
        const gchar *body;
        const gchar *last_line;
    } cases[] = {
        {"raise ValueError('broken')", "ValueError: broken"},
        {"import sys; sys.exit(3)", "SystemExit: 3"},
        {"return [1]", "TypeError: create_notifications() returned a list with 1, which is no "
                       "Notification"},
        {"return context.no_such",
         "AttributeError: 'ScriptContext' object has no attribute 'no_such'"},
        {"return context.load_events(['no.such'])",
         "intelmqmail.notification.NotificationError: table events has no column for field 'no.such'"},
        {"return context.mail_format_as_csv(template_name='no_such')",
         "intelmqmail.notification.InvalidTemplate: invalid template name 'no_such'"},
        {"from intelmqmail.templates import Template\n"
         "    return context.mail_format_as_csv(template=Template.from_strings('$a', ''))",
         "KeyError: 'a'"},
        {"from intelmqmail.templates import Template\n"
         "    return context.mail_format_as_csv(template=Template.from_strings('x', 'a $ b'))",
         "ValueError: Invalid placeholder in string: line 1, col 3"},
        {"return context.mail_format_as_xarf('schema')",
         "AttributeError: 'str' object has no attribute 'event_columns'"},
        {"return context.maybe_sign(1 / 0)", "ZeroDivisionError: division by zero"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        Hand hand;
        GError *error = NULL;
        g_autofree gchar *text =
            g_strdup_printf("def create_notifications(context):\n    %s\n", cases[i].body);
        g_autoptr(MgDecision) decision = NULL;

        take(&hand, "shadowserver");
        decision = decide_text(&hand, text, &error);
        g_test_message("%s", cases[i].body);
        g_assert_error(error, MG_ERROR, MG_ERROR_GROUP);
        g_assert_null(decision);
        g_assert_cmpstr(last_line(error->message), ==, cases[i].last_line);
        g_assert_true(strstr(error->message, "Traceback (most recent call last):") != NULL ||
                      g_str_equal(error->message, cases[i].last_line));
        g_assert_null(strstr(error->message, "_engine.py"));
        g_error_free(error);
        leave(&hand);
    }
}

static void test_bad_files(void)
{
    const gchar *const cases[][2] = {
        {"def create_notifications(context:\n", "SyntaxError"},
        {"1 / 0\n", "ZeroDivisionError"},
        {"import no_such_module_at_all\n", "ModuleNotFoundError"},
        {"import sys; sys.exit(1)\n", "SystemExit: 1"},
        {"x = 1\n", "has no function create_notifications"},
        {"create_notifications = 5\n", "has no function create_notifications"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        GError *error = NULL;
        g_assert_null(load_text(cases[i][0], &error));
        g_assert_error(error, MG_ERROR, MG_ERROR_SETUP);
        g_assert_nonnull(strstr(error->message, cases[i][1]));
        g_error_free(error);
    }
}

/* Scripts asked one after the other for one group share the context; the table is the core's. */
static void test_shared_context(void)
{
    g_autoptr(MgFormat) first = load_known("01-signatures.py");
    g_autoptr(MgFormat) tables = load_known("10-tables.py");
    g_autoptr(MgDecision) decision = NULL;
    g_autoptr(MgDecision) second = NULL;
    GError *error = NULL;
    const MgNotification *notification;
    Hand hand;

    take(&hand, "shadowserver");
    decision = ask(&hand, first, &error);
    g_assert_no_error(error);
    g_assert_cmpint(decision->answer, ==, MG_ANSWER_NOT_MINE);
    second = ask(&hand, tables, &error);
    g_assert_no_error(error);
    g_assert_cmpint(second->answer, ==, MG_ANSWER_NOTIFICATIONS);
    g_assert_cmpuint(second->notifications->len, ==, 1);
    notification = g_ptr_array_index(second->notifications, 0);
    g_assert_nonnull(notification->draft);
    g_assert_cmpint(notification->marks.kind, ==, MG_MARKS_ALL);
    g_assert_cmpstr(notification->draft->subject, ==, "Report 20261125-10000001");
    g_assert_cmpstr(notification->draft->body, ==,
                    "Dear 64496\n\"asn\",\"ip\",\"timestamp\",\"sysdesc\"\r\n"
                    "\"64496\",\"192.0.2.1\",\"2026-11-20 03:04:05\",\"RouterOS\"\r\n"
                    "\"\",\"2001:db8::1\",\"2026-11-20 03:04:05\",\"\"\r\n\n");
    g_assert_null(notification->mail); /* nobody looked at it */
    leave(&hand);
}

/* Columns of the script's own print values as the core does. */
static void test_own_columns(void)
{
    g_autoptr(MgFormat) format = load_known("30-own-column.py");
    g_autoptr(MgDecision) decision = NULL;
    GError *error = NULL;
    const MgNotification *notification;
    Hand hand;

    take(&hand, "own_column");
    decision = ask(&hand, format, &error);
    g_assert_no_error(error);
    notification = g_ptr_array_index(decision->notifications, 0);
    g_assert_cmpstr(notification->draft->body, ==,
                    "Dear 64496\n"
                    "\"no\",\"endpoint\",\"asn\",\"time\",\"description\",\"latitude\"\r\n"
                    "\"1\",\"[192.0.2.1] \"\"64496\"\"\",\"64496\",\"2026-11-20 03:04:05\","
                    "\"RouterOS\",\"50.0\"\r\n"
                    "\"2\",\"[2001:db8::1] \"\"None\"\"\",\"\",\"2026-11-20 03:04:05\",\"\","
                    "\"48.2\"\r\n\n");
    leave(&hand);
}

static void test_headers(void)
{
    g_autoptr(MgFormat) format = load_known("45-headers.py");
    g_autoptr(MgDecision) decision = NULL;
    GError *error = NULL;
    const MgNotification *notification;
    const gchar *wire;
    Hand hand;

    take(&hand, "headers");
    decision = ask(&hand, format, &error);
    g_assert_no_error(error);
    notification = g_ptr_array_index(decision->notifications, 0);
    g_assert_nonnull(notification->mail);
    wire = g_bytes_get_data(notification->mail->wire, NULL);
    g_assert_nonnull(strstr(wire, "Subject: [CERT] Report 20261125-10000001\r\n"));
    g_assert_nonnull(strstr(wire, "X-Ticket: 20261125-10000001\r\n"));
    g_assert_nonnull(strstr(wire, "Reply-To: Hotline =?utf-8?q?f=C3=BCr_F=C3=A4lle?="));
    g_assert_cmpstr(notification->mail->envelope_from, ==, "noreply@cert.example");
    g_assert_cmpstr(notification->mail->envelope_tos[0], ==, "abuse@isp.example");
    g_assert_cmpint(notification->mail->date, ==, NOW);
    g_assert_cmpstr(notification->mail->subject, ==, "[CERT] Report 20261125-10000001");
    leave(&hand);
}

static void test_by_hand(void)
{
    g_autoptr(MgFormat) format = load_known("40-by-hand.py");
    g_autoptr(MgDecision) decision = NULL;
    GError *error = NULL;
    const MgNotification *first, *second;
    Hand hand;

    take(&hand, "by_hand");
    decision = ask(&hand, format, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(decision->notifications->len, ==, 2);
    first = g_ptr_array_index(decision->notifications, 0);
    second = g_ptr_array_index(decision->notifications, 1);
    g_assert_no_error(first->failure);
    g_assert_no_error(second->failure);
    g_assert_cmpint(first->marks.kind, ==, MG_MARKS_ALL);
    g_assert_cmpint(second->marks.kind, ==, MG_MARKS_NONE);
    g_assert_nonnull(strstr(first->mail->message_id, "@cert.example>"));
    g_assert_cmpstr(first->mail->ticket, ==, second->mail->ticket);
    g_assert_cmpstr(second->mail->envelope_tos[0], ==, "desk@cert.example");
    g_assert_nonnull(strstr(g_bytes_get_data(second->mail->wire, NULL), "X-Second: yes\r\n"));
    leave(&hand);
}

/* "Mine", but no list: no other script is asked, and the group fails. */
static void test_no_list(void)
{
    Hand hand;
    g_autoptr(GError) error = NULL;
    g_autoptr(MgDecision) decision = NULL;
    const MgNotification *notification;

    take(&hand, "x");
    decision = decide_text(&hand, "def create_notifications(context):\n    return True\n", &error);
    g_assert_no_error(error);
    notification = g_ptr_array_index(decision->notifications, 0);
    g_assert_error(notification->failure, MG_ERROR, MG_ERROR_GROUP);
    g_assert_cmpstr(last_line(notification->failure->message), ==,
                    "TypeError: 'bool' object is not iterable");
    leave(&hand);
}

/* A mail that cannot be sent is the script's failure, while another can still be asked; a copy that cannot is its
 * own, not the whole group's. */
static void test_bad_mail(void)
{
    const gchar *const bodies[] = {
        "email['To'] = 'a@b@c'",
        "email['Subject'] = 'x'; email._headers.append(('X', 'a\\r\\nBcc: e@x.example'))",
        "email.set_content('x'); n.envelope_tos = ['a@b.example\\r\\nRCPT TO:<e@x.example>']",
        "n.envelope_tos = []",
        "email['X-Long'] = '\\udcff'",
        "del email['From']",
    };

    for (gsize i = 0; i < 2 * G_N_ELEMENTS(bodies); i++) {
        g_autofree gchar *text = g_strdup_printf(
            "from email.message import EmailMessage\n"
            "from intelmqmail.notification import EmailNotification\n"
            "def create_notifications(context):\n"
            "    email = EmailMessage()\n"
            "    email['From'] = 'a@b.example'\n"
            "    n = EmailNotification(context.directive, email, '20261125-10000001')\n"
            "    %s\n    n.mark_as_sent = %s\n    return [n]\n",
            bodies[i / 2], i % 2 == 0 ? "True" : "False");
        g_autoptr(MgDecision) decision = NULL;
        g_autoptr(GError) error = NULL;
        const MgNotification *notification;
        Hand hand;

        take(&hand, "x");
        decision = decide_text(&hand, text, &error);
        g_test_message("%s", bodies[i / 2]);
        if (i % 2 == 0) {
            g_assert_error(error, MG_ERROR, MG_ERROR_GROUP);
        } else {
            g_assert_no_error(error);
            notification = g_ptr_array_index(decision->notifications, 0);
            g_assert_nonnull(notification->failure);
            g_assert_null(notification->mail);
        }
        leave(&hand);
    }
}

/* Values of load_events, the directive, the configuration: checked by a script. */
static void test_values(void)
{
    const gchar *text =
        "from datetime import datetime, timedelta, timezone\n"
        "from intelmqmail.notification import Postponed\n"
        "def create_notifications(context):\n"
        "    one, two = context.load_events()\n"
        "    assert one['id'] == 1 and one['source.asn'] == 64496, one\n"
        "    assert two['source.asn'] is None and two['extra'] is None\n"
        "    assert one['source.ip'] == '192.0.2.1'\n"
        "    assert one['time.source'] == datetime(2026, 11, 20, 3, 4, 5, 123456, timezone.utc)\n"
        "    assert one['source.geolocation.latitude'] == 50.0\n"
        "    assert type(one['source.geolocation.latitude']) is float\n"
        "    assert one['source.tor_node'] is True and two['source.tor_node'] is False\n"
        "    assert one['extra'] == {'system_desc': 'RouterOS'}\n"
        "    assert list(context.load_events(['source.ip'])[0]) == ['source.ip']\n"
        "    d = context.directive\n"
        "    assert d['recipient_address'] == 'abuse@isp.example' == d.get('recipient_address')\n"
        "    assert d.get('no such') is None and d.get_aggregation_item('source.asn') == '64496'\n"
        "    assert d.last_sent is None and context.notification_interval_exceeded()\n"
        "    assert context.age_of_newest_directive() == timedelta(seconds=1)\n"
        "    assert context.age_of_observation() is None\n"
        "    assert context.now == datetime(2026, 11, 25, 4, tzinfo=timezone.utc)\n"
        "    assert context.config['own'] == [1]\n"
        "    assert context.gpgme_ctx is None and context.maybe_sign('x') == 'x'\n"
        "    assert \"recipient_address='abuse@isp.example'\" in repr(d)\n"
        "    subject, body = context.read_template().substitute({'ticket_number': 1,\n"
        "        'events_as_csv': '$x', 'source.asn': None})\n"
        "    assert (subject, body) == ('Report 1', 'Dear None\\n$x\\n'), body\n"
        "    return Postponed\n";
    g_autoptr(MgDecision) decision = NULL;
    GError *error = NULL;
    Hand hand;

    take(&hand, "x");
    decision = decide_text(&hand, text, &error);
    g_assert_no_error(error);
    g_assert_cmpint(decision->answer, ==, MG_ANSWER_POSTPONED);
    leave(&hand);
}

/* A context that a script has kept cannot reach into another group's work. */
static void test_kept_context(void)
{
    const gchar *text = "kept = []\n"
                        "def create_notifications(context):\n"
                        "    if kept:\n        return kept[0].load_events()\n"
                        "    kept.append(context)\n";
    g_autoptr(MgFormat) format = load_text(text, NULL);
    Hand hand;
    GError *error = NULL;

    take(&hand, "x");
    mg_decision_free(ask(&hand, format, &error));
    g_assert_no_error(error);
    leave(&hand);
    take(&hand, "x");
    g_assert_null(ask(&hand, format, &error));
    g_assert_error(error, MG_ERROR, MG_ERROR_GROUP);
    g_assert_nonnull(strstr(error->message, "the work on this directive is over"));
    g_error_free(error);
    leave(&hand);
}

/* Sending by the script itself */

typedef struct {
    MgCourier courier;
    guint n_sent;
    gboolean fails;
} Courier;

static gboolean courier_send(MgCourier *courier, const MgMail *mail, GError **error)
{
    Courier *self = (Courier *)courier;

    g_assert_cmpstr(mail->envelope_from, ==, "noreply@cert.example");
    self->n_sent++;
    if (self->fails)
        g_set_error(error, MG_ERROR, MG_ERROR_RETRY, "try later");
    return !self->fails;
}

static void test_deliver(void)
{
    const gchar *text = "from intelmqmail.notification import EmailNotification\n"
                        "class Own(EmailNotification):\n"
                        "    def send(self, send_context):\n"
                        "        self.email['X-Own'] = '1'\n"
                        "        super().send(send_context)\n"
                        "def create_notifications(context):\n"
                        "    n, = context.mail_format_as_csv()\n"
                        "    n.__class__ = Own\n"
                        "    return [n]\n";
    g_autoptr(MgDecision) decision = NULL;
    GError *error = NULL;
    MgNotification *notification;
    Courier courier = {.courier = {.send = courier_send}};
    Hand hand;

    take(&hand, "x");
    decision = decide_text(&hand, text, &error);
    g_assert_no_error(error);
    notification = g_ptr_array_index(decision->notifications, 0);
    g_assert_nonnull(notification->deliver);
    g_assert_true(notification->deliver(notification, &courier.courier, &error));
    g_assert_no_error(error);
    g_assert_cmpuint(courier.n_sent, ==, 1);
    g_assert_true(courier.courier.is_marked);
    g_assert_cmpstr(courier.courier.ticket, ==, "20261125-10000001");

    courier.fails = TRUE;
    g_assert_false(notification->deliver(notification, &courier.courier, &error));
    g_assert_error(error, MG_ERROR, MG_ERROR_RETRY);
    g_error_free(error);
    g_free(courier.courier.ticket);
    g_clear_pointer(&decision, mg_decision_free);
    leave(&hand);
}

/* Several workers at once */

static gpointer ask_often(gpointer data)
{
    g_autoptr(MgConnection) connection = fixture_open("python");

    for (guint i = 0; i < 50; i++) {
        Hand hand;
        GError *error = NULL;
        g_autoptr(MgDecision) decision = NULL;

        take_by(connection, &hand, "own_column");
        decision = ask(&hand, data, &error);
        g_assert_no_error(error);
        g_assert_cmpuint(decision->notifications->len, ==, 1);
        leave(&hand);
    }
    return NULL;
}

static void test_threads(void)
{
    g_autoptr(MgFormat) format = load_known("30-own-column.py");
    GThread *threads[4];

    for (gsize i = 0; i < G_N_ELEMENTS(threads); i++)
        threads[i] = g_thread_new("worker", ask_often, format);
    for (gsize i = 0; i < G_N_ELEMENTS(threads); i++)
        g_thread_join(threads[i]);
}

/* The log of scripts is the program's */

static void note_log(MgLogLevel level, const gchar *logger, gint64 time_us, const gchar *message,
                     const MgLogField *fields, gpointer user_data)
{
    g_string_append_printf(user_data, "%s|%s|%s\n", mg_log_level_name(level), logger, message);
}

static void test_log(void)
{
    const gchar *text = "import logging\n"
                        "def create_notifications(context):\n"
                        "    context.logger.info('für %s', 'you')\n"
                        "    context.logger.debug('not shown')\n"
                        "    logging.getLogger('own').warning('100%%')\n";
    g_autoptr(GString) log = g_string_new(NULL);
    g_autoptr(MgDecision) decision = NULL;
    g_auto(GStrv) lines = NULL;
    Hand hand;

    mg_log_set_writer(note_log, log);
    take(&hand, "x");
    decision = decide_text(&hand, text, NULL);
    mg_log_set_writer(NULL, NULL);
    lines = g_strsplit(log->str, "\n", -1);
    g_assert_true(g_str_has_prefix(lines[0], "INFO|intelmqmail.script."));
    g_assert_true(g_str_has_suffix(lines[0], "-script|für you"));
    g_assert_cmpstr(lines[1], ==, "WARNING|own|100%%");
    g_assert_cmpstr(lines[2], ==, "");
    leave(&hand);
}

int main(int argc, char **argv)
{
    g_autofree gchar *directory = g_dir_make_tmp("test-python-XXXXXX", NULL);
    int status;

    g_test_init(&argc, &argv, NULL);
    mg_compose_init();
    mg_clock_set(NOW);
    fixture_execute(EVENTS);
    open_site(directory);
    own_connection = fixture_open("python");
    g_test_add_func("/python_engine/answers", test_answers);
    g_test_add_func("/python_engine/failures", test_failures);
    g_test_add_func("/python_engine/no_list", test_no_list);
    g_test_add_func("/python_engine/bad_files", test_bad_files);
    g_test_add_func("/python_engine/shared_context", test_shared_context);
    g_test_add_func("/python_engine/own_columns", test_own_columns);
    g_test_add_func("/python_engine/headers", test_headers);
    g_test_add_func("/python_engine/by_hand", test_by_hand);
    g_test_add_func("/python_engine/bad_mail", test_bad_mail);
    g_test_add_func("/python_engine/values", test_values);
    g_test_add_func("/python_engine/kept_context", test_kept_context);
    g_test_add_func("/python_engine/deliver", test_deliver);
    g_test_add_func("/python_engine/threads", test_threads);
    g_test_add_func("/python_engine/log", test_log);
    status = g_test_run();
    mg_connection_free(own_connection);
    close_site();
    g_rmdir(directory);
    mg_python_plugin_stop();
    return status;
}
