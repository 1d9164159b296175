/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/delivery_mail.h"

#include "base/error.h"

#include <string.h>

#define WIRE "From: a@cert.example\r\nMessage-Id: %s\r\n\r\ntext\r\n"
#define OLD_ID "<old@cert.example>"

typedef struct {
    MgSettings settings;
    MgSite site;
    MgWorker worker;
    MgGroup *group;
    MgIntent intent;
    MgMailing mailing;
} Fixture;

static Fixture *make(const gchar *envelope_from)
{
    static const gint64 ids[] = {1, 2};
    Fixture *fixture = g_new0(Fixture, 1);

    fixture->settings.envelope_from = (gchar *)envelope_from;
    fixture->site.settings = &fixture->settings;
    fixture->site.sender_address = (gchar *)"a@cert.example";
    fixture->site.safety = mg_safety_new(&fixture->settings.safety, NULL);
    fixture->worker.site = &fixture->site;
    fixture->group = mg_group_new();
    mg_group_set_directives(fixture->group, ids, ids, 2);
    fixture->mailing = (MgMailing){.worker = &fixture->worker,
                                   .group = fixture->group,
                                   .deliveries = mg_mailing_deliveries_new()};
    return fixture;
}

static void clear(Fixture *fixture)
{
    g_ptr_array_unref(fixture->mailing.deliveries);
    mg_group_unref(fixture->group);
    mg_safety_free(fixture->site.safety);
    g_free(fixture);
}

static MgMail *make_mail(const gchar *ticket, const gchar *message_id)
{
    MgMail *mail = mg_mail_new();
    gchar *wire = g_strdup_printf(WIRE, message_id);

    mail->ticket = g_strdup(ticket);
    mail->message_id = g_strdup(message_id);
    mail->envelope_from = g_strdup("a@cert.example");
    mail->envelope_tos = g_strsplit("b@isp.example", " ", -1);
    mail->wire = g_bytes_new_take(wire, strlen(wire));
    return mail;
}

/* What a script has made itself. */
static MgNotification *make_finished(const gchar *ticket, const gchar *message_id)
{
    MgNotification *notification = mg_notification_new();

    notification->mail = make_mail(ticket, message_id);
    return notification;
}

static MgDelivery *add(Fixture *fixture, MgNotification *notification)
{
    g_autoptr(GError) error = NULL;
    MgDelivery *delivery = mg_delivery_mail_add(&fixture->mailing, notification, &error);

    g_assert_no_error(error);
    return delivery;
}

static void set(Fixture *fixture, MgDelivery *delivery, MgMail *mail)
{
    g_autoptr(GError) error = NULL;

    g_assert_true(mg_delivery_mail_set(delivery, &fixture->mailing, mail, &error));
    g_assert_no_error(error);
}

static void test_draft_is_to_be_made(void)
{
    Fixture *fixture = make("bounces@cert.example");
    MgNotification *notification = mg_notification_new();
    MgDelivery *delivery = NULL;

    notification->draft = mg_draft_new();
    delivery = add(fixture, notification);
    g_assert_true(mg_delivery_mail_draft(delivery) == notification->draft);
    set(fixture, delivery, make_mail("1", OLD_ID));
    g_assert_cmpstr(delivery->mail->envelope_from, ==, "bounces@cert.example");
    clear(fixture);
}

static void test_finished_mail_is_taken(void)
{
    Fixture *fixture = make(NULL);
    MgDelivery *delivery = add(fixture, make_finished("1", OLD_ID));

    g_assert_null(mg_delivery_mail_draft(delivery));
    set(fixture, delivery, NULL);
    g_assert_cmpstr(delivery->mail->envelope_from, ==, "a@cert.example");
    g_assert_null(delivery->notification->mail);
    clear(fixture);
}

static void test_one_that_sends_itself_has_none(void)
{
    Fixture *fixture = make(NULL);
    MgDelivery *delivery = add(fixture, mg_notification_new());

    g_assert_null(mg_delivery_mail_draft(delivery));
    set(fixture, delivery, NULL);
    g_assert_null(delivery->mail);
    clear(fixture);
}

static MgNotification *make_failed(MgMarksKind kind)
{
    MgNotification *notification = mg_notification_new();

    notification->failure = g_error_new_literal(MG_ERROR, MG_ERROR_GROUP, "a mistake");
    notification->marks.kind = kind;
    return notification;
}

static void test_failed_copy_has_none(void)
{
    Fixture *fixture = make(NULL);
    MgDelivery *delivery = add(fixture, make_failed(MG_MARKS_NONE));

    g_assert_null(mg_delivery_mail_draft(delivery));
    set(fixture, delivery, NULL);
    g_assert_null(delivery->mail);
    clear(fixture);
}

static void test_failed_mail_fails_its_group(void)
{
    Fixture *fixture = make(NULL);
    g_autoptr(GError) error = NULL;

    g_assert_null(mg_delivery_mail_add(&fixture->mailing, make_failed(MG_MARKS_ALL), &error));
    g_assert_error(error, MG_ERROR, MG_ERROR_GROUP);
    g_assert_cmpstr(error->message, ==, "a mistake");
    clear(fixture);
}

/* The others are not made, and harm nobody where they fail now; the one has the Message-Id that it
 * had. */
static void test_made_again_is_the_meant_alone(void)
{
    Fixture *fixture = make(NULL);
    MgDelivery *first, *meant, *last;

    fixture->intent = (MgIntent){.mail_number = 1, .message_id = (gchar *)OLD_ID};
    fixture->mailing.uncertain = &fixture->intent;
    first = add(fixture, make_failed(MG_MARKS_ALL));
    set(fixture, first, NULL);
    meant = add(fixture, make_finished("1", "<new@cert.example>"));
    set(fixture, meant, NULL);
    last = add(fixture, mg_notification_new());
    last->notification->draft = mg_draft_new();
    g_assert_null(mg_delivery_mail_draft(last));
    set(fixture, last, NULL);
    g_assert_null(first->mail);
    g_assert_cmpstr(meant->mail->message_id, ==, OLD_ID);
    g_assert_null(last->mail);
    clear(fixture);
}

static const struct {
    const gchar *ticket;
    gboolean is_fit;
} tickets[] = {
    {"20261120-10000001", TRUE},
    {"123456789012345678", TRUE},
    {"1234567890123456789", FALSE},
    {"", FALSE},
    {NULL, FALSE},
    {"1\n2", FALSE},
};

static void test_ticket_is_fit(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(tickets); i++) {
        Fixture *fixture = make(NULL);
        MgDelivery *delivery = add(fixture, make_finished(tickets[i].ticket, OLD_ID));
        g_autoptr(GError) error = NULL;

        g_assert_true(mg_delivery_mail_set(delivery, &fixture->mailing, NULL, &error) ==
                      tickets[i].is_fit);
        if (!tickets[i].is_fit)
            g_assert_error(error, MG_ERROR, MG_ERROR_GROUP);
        clear(fixture);
    }
}

/* Also of a mail that is otherwise the same; and a copy without a number has that of its group. */
static void test_complete(void)
{
    Fixture *fixture = make(NULL);
    MgNotification *copy = make_finished(NULL, OLD_ID);
    MgDelivery *deliveries[2];
    g_autoptr(GError) error = NULL;

    copy->marks.kind = MG_MARKS_NONE;
    deliveries[0] = add(fixture, copy);
    deliveries[1] = add(fixture, make_finished("17", OLD_ID));
    for (guint i = 0; i < 2; i++)
        set(fixture, deliveries[i], NULL);
    g_assert_true(mg_delivery_mail_complete(&fixture->mailing, &error));
    g_assert_cmpstr(deliveries[0]->mail->ticket, ==, "17");
    g_assert_cmpstr(deliveries[0]->mail->message_id, ==, OLD_ID);
    g_assert_cmpstr(deliveries[1]->mail->message_id, ==, "<old.2@cert.example>");
    clear(fixture);
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/delivery_mail/draft_is_to_be_made", test_draft_is_to_be_made);
    g_test_add_func("/delivery_mail/finished_mail_is_taken", test_finished_mail_is_taken);
    g_test_add_func("/delivery_mail/one_that_sends_itself_has_none",
                    test_one_that_sends_itself_has_none);
    g_test_add_func("/delivery_mail/failed_copy_has_none", test_failed_copy_has_none);
    g_test_add_func("/delivery_mail/failed_mail_fails_its_group", test_failed_mail_fails_its_group);
    g_test_add_func("/delivery_mail/made_again_is_the_meant_alone",
                    test_made_again_is_the_meant_alone);
    g_test_add_func("/delivery_mail/ticket_is_fit", test_ticket_is_fit);
    g_test_add_func("/delivery_mail/complete", test_complete);
    return g_test_run();
}
