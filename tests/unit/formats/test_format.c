/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "formats/format.h"
#include "formats/notification.h"

#include "base/clock.h"
#include "base/error.h"

static guint freed;

static void count_freed(gpointer data)
{
    freed++;
}

static MgDecision *decide(MgFormat *format, const MgQuestion *question, GError **error)
{
    return mg_decision_new(MG_ANSWER_POSTPONED, format->filename);
}

static void free_format(MgFormat *format)
{
    g_assert_null(format->filename);
    freed++;
    g_free(format);
}

static const MgFormatClass klass = {.decide = decide, .free = free_format};

static void test_class(void)
{
    MgFormat *format = g_new0(MgFormat, 1);
    g_autoptr(MgDecision) decision = NULL;

    *format = (MgFormat){&klass, g_strdup("10-x.yaml")};
    decision = mg_format_decide(format, NULL, NULL);
    g_assert_cmpint(decision->answer, ==, MG_ANSWER_POSTPONED);
    g_assert_cmpstr(decision->format_name, ==, "10-x.yaml");
    g_assert_cmpint(decision->postponed_until, ==, MG_CLOCK_NONE);
    freed = 0;
    mg_format_free(format);
    g_assert_cmpuint(freed, ==, 1);
    mg_format_free(NULL);
}

/* What each owns is freed: the sanitizers look on. */
static void test_ownership(void)
{
    MgDecision *decision = mg_decision_new(MG_ANSWER_NOTIFICATIONS, "x");
    MgNotification *notification = mg_notification_new();

    g_assert_cmpint(notification->marks.kind, ==, MG_MARKS_ALL);
    notification->draft = mg_draft_new();
    notification->mail = mg_mail_new();
    notification->failure = g_error_new(MG_ERROR, MG_ERROR_GROUP, "broken");
    notification->ticket = g_strdup("20261127-10000001");
    notification->engine_data_free = count_freed;
    decision->postponed_because = g_strdup("too young");
    decision->request = mg_request_new("x");
    decision->notifications = g_ptr_array_new_with_free_func((GDestroyNotify)mg_notification_free);
    g_ptr_array_add(decision->notifications, notification);
    freed = 0;
    mg_decision_free(decision);
    g_assert_cmpuint(freed, ==, 1);
    mg_decision_free(NULL);
    mg_notification_free(NULL);
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/format/class", test_class);
    g_test_add_func("/format/ownership", test_ownership);
    return g_test_run();
}
