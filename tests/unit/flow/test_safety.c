/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/safety.h"

#include "base/error.h"

#include <string.h>

#define WIRE "From: a@b.example\r\n\r\ntext\r\n"

static MgMail *make_mail(const gchar *recipients)
{
    MgMail *mail = mg_mail_new();

    mail->envelope_from = g_strdup("noreply@cert.example");
    mail->envelope_tos = g_strsplit(recipients, " ", -1);
    mail->wire = g_bytes_new_static(WIRE, strlen(WIRE));
    return mail;
}

static MgSafety *make_safety(const MgSafetySettings *settings)
{
    g_autoptr(GError) error = NULL;
    MgSafety *safety = mg_safety_new(settings, &error);

    g_assert_no_error(error);
    return safety;
}

static void test_nothing_set_changes_nothing(void)
{
    const MgSafetySettings settings = {NULL};
    g_autoptr(MgSafety) safety = make_safety(&settings);
    g_autoptr(GError) error = NULL;
    MgMail *given = make_mail("any one");
    g_autoptr(MgMail) mail = mg_safety_apply(safety, given, &error);

    g_assert_true(mail == given);
    g_assert_false(mg_safety_has_limits(safety));
    g_assert_true(mg_safety_is_applied(safety, mail));
    g_assert_true(mg_safety_judge(safety, NULL));
}

static void test_redirect(void)
{
    const MgSafetySettings settings = {.redirect_to = (gchar *)"me@cert.example"};
    g_autoptr(MgSafety) safety = make_safety(&settings);
    g_autoptr(GError) error = NULL;
    g_autoptr(MgMail) before = make_mail("one@isp.example two@isp.example");
    g_autoptr(MgMail) mail =
        mg_safety_apply(safety, make_mail("one@isp.example two@isp.example"), &error);
    g_autofree gchar *wire = NULL;

    g_assert_no_error(error);
    g_assert_false(mg_safety_is_applied(safety, before));
    g_assert_true(mg_safety_is_applied(safety, mail));
    g_assert_cmpuint(g_strv_length(mail->envelope_tos), ==, 1);
    g_assert_cmpstr(mail->envelope_tos[0], ==, "me@cert.example");
    g_assert_true(g_strv_equal((const gchar *const *)mail->original_tos,
                               (const gchar *const *)before->envelope_tos));
    wire = g_strndup(g_bytes_get_data(mail->wire, NULL), g_bytes_get_size(mail->wire));
    g_assert_cmpstr(
        wire, ==,
        "X-Intelmqcbmail-Original-Recipients: one@isp.example,\r\n two@isp.example\r\n" WIRE);
}

static void test_redirect_refuses_header_injection(void)
{
    const MgSafetySettings settings = {.redirect_to = (gchar *)"me@cert.example"};
    g_autoptr(MgSafety) safety = make_safety(&settings);
    g_autoptr(GError) error = NULL;

    g_assert_null(mg_safety_apply(safety, make_mail("a@b.example\r\nBcc:c@d.example"), &error));
    g_assert_error(error, MG_ERROR, MG_ERROR_GROUP);
}

static void test_redirect_to_nowhere_is_a_setup_error(void)
{
    const MgSafetySettings settings = {.redirect_to = (gchar *)"me@"};
    g_autoptr(GError) error = NULL;

    g_assert_null(mg_safety_new(&settings, &error));
    g_assert_error(error, MG_ERROR, MG_ERROR_SETUP);
    g_assert_true(g_str_has_prefix(error->message, "safety.redirect_to: "));
}

typedef struct {
    const gchar *name;
    const gchar *pattern; /* NULL: an empty list */
    const gchar *recipients;
    gboolean is_allowed;
} AllowCase;

static const AllowCase allow_cases[] = {
    {"nobody", NULL, "a@b.example", FALSE},
    {"everybody", "*", "a@b.example", TRUE},
    {"exact", "a@b.example", "a@b.example", TRUE},
    {"exact_other", "a@b.example", "aa@b.example", FALSE},
    {"domain_folds", "*@B.example", "a@b.EXAMPLE", TRUE},
    {"local_part_does_not", "abuse@b.example", "Abuse@b.example", FALSE},
    {"question_mark", "?@b.example", "ab@b.example", FALSE},
    {"whole_address", "*@b.example", "a@b.example.evil.example", FALSE},
    {"subdomain_is_another", "*@b.example", "a@sub.b.example", FALSE},
    {"no_at_sign_in_pattern", "*.EXAMPLE", "a@b.example", TRUE},
    {"all_must_match", "*@b.example", "a@b.example c@d.example", FALSE},
    {"two_addresses_in_one", "*@b.example", "evil@d.example,a@b.example", FALSE},
    {"bracket", "*@b.example", "evil@d.example>a@b.example", FALSE},
};

static void test_allow(gconstpointer data)
{
    const AllowCase *one = data;
    gchar *patterns[] = {(gchar *)one->pattern, NULL};
    const MgSafetySettings settings = {.allow_recipients = patterns};
    g_autoptr(MgSafety) safety = make_safety(&settings);
    g_autoptr(GError) error = NULL;
    g_autoptr(MgMail) mail = mg_safety_apply(safety, make_mail(one->recipients), &error);

    g_assert_cmpint(mail != NULL, ==, one->is_allowed);
    if (mail == NULL)
        g_assert_error(error, MG_ERROR, MG_ERROR_GROUP);
    else
        g_assert_true(mg_safety_is_applied(safety, mail));
}

static void test_run_ends_before_the_limit_is_exceeded(void)
{
    const MgSafetySettings settings = {.max_mails_per_run = 2};
    g_autoptr(MgSafety) safety = make_safety(&settings);
    g_autoptr(MgMail) mail = make_mail("a@b.example");
    g_autoptr(GError) error = NULL;

    g_assert_true(mg_safety_count(safety, mail, 1, NULL));
    g_assert_true(mg_safety_count(safety, mail, 1, NULL));
    mg_safety_uncount(safety, mail);
    g_assert_true(mg_safety_count(safety, mail, 1, NULL));
    g_assert_false(mg_safety_count(safety, mail, 1, &error));
    g_assert_error(error, MG_ERROR, MG_ERROR_RUN);
    mg_safety_uncount(safety, mail); /* too late: the run is ending */
    g_assert_false(mg_safety_count(safety, mail, 1, NULL));
    g_assert_true(mg_safety_judge(safety, NULL));
}

static void test_recipients_and_events_are_limited(void)
{
    const MgSafetySettings per_recipient = {.max_mails_per_recipient = 1};
    const MgSafetySettings per_mail = {.max_events_per_mail = 10};
    g_autoptr(MgSafety) recipients = make_safety(&per_recipient);
    g_autoptr(MgSafety) events = make_safety(&per_mail);
    g_autoptr(MgMail) one = make_mail("a@b.example A@B.example");
    g_autoptr(MgMail) other = make_mail("c@b.example");

    g_assert_true(mg_safety_count(recipients, one, 1, NULL)); /* the same address counts once */
    g_assert_true(mg_safety_count(recipients, other, 1, NULL));
    g_assert_false(mg_safety_count(recipients, one, 1, NULL));
    g_assert_true(mg_safety_count(events, one, 10, NULL));
    g_assert_false(mg_safety_count(events, one, 11, NULL));
}

static void test_trial_judges(void)
{
    const MgSafetySettings settings = {
        .max_mails_per_run = 2, .max_mails_per_recipient = 1, .max_events_per_mail = 3};
    g_autoptr(MgSafety) safety = make_safety(&settings);
    g_autoptr(MgMail) mail = make_mail("a@b.example");
    g_autoptr(MgSafety) trial = NULL;
    g_autoptr(GError) error = NULL;

    g_assert_true(mg_safety_count(safety, mail, 1, NULL));
    trial = mg_safety_new_trial(safety);
    g_assert_true(mg_safety_judge(trial, NULL));
    g_assert_true(mg_safety_count(trial, mail, 5, NULL));
    mg_safety_count_unseen(trial, "A@b.example", 4);
    mg_safety_count_unseen(trial, "c@b.example", 1);
    mg_safety_count_unseen(trial, "c@b.example", 1);
    g_assert_false(mg_safety_judge(trial, &error));
    g_assert_error(error, MG_ERROR, MG_ERROR_RUN);
    g_assert_true(g_str_has_prefix(
        error->message,
        "the run would exceed its limits; safety.max_mails_per_run is 2, it would be 5 mails, 3 "
        "too "
        "many; safety.max_mails_per_recipient is 1, 'a@b.example' would get 3, 2 too many, and 1 "
        "further recipient too many; safety.max_events_per_mail is 3, 2 mails would have more, "
        "one "
        "of them 5, 2 too many\nHINT: "));
    g_assert_true(mg_safety_judge(safety, NULL));
}

static void test_excesses_as_data(void)
{
    const MgSafetySettings settings = {
        .max_mails_per_run = 5, .max_mails_per_recipient = 1, .max_events_per_mail = 1};
    g_autoptr(MgSafety) safety = make_safety(&settings);
    g_autoptr(GPtrArray) none = mg_safety_list_excesses(safety);
    g_autoptr(GPtrArray) some = NULL;
    const MgExcess *excess;

    g_assert_cmpuint(none->len, ==, 0);
    mg_safety_count_unseen(safety, "A@b.example", 1);
    mg_safety_count_unseen(safety, "a@b.example", 2);
    some = mg_safety_list_excesses(safety);
    g_assert_cmpuint(some->len, ==, 2);
    excess = g_ptr_array_index(some, 0);
    g_assert_cmpstr(excess->setting, ==, "safety.max_mails_per_recipient");
    g_assert_cmpuint(excess->limit, ==, 1);
    g_assert_cmpuint(excess->found, ==, 2);
    g_assert_cmpstr(excess->recipient, ==, "a@b.example");
    excess = g_ptr_array_index(some, 1);
    g_assert_cmpstr(
        excess->text, ==,
        "safety.max_events_per_mail is 1, 1 mail would have more, namely 2, 1 too many");
}

static void test_override(void)
{
    gchar *patterns[] = {NULL};
    const MgSafetySettings settings = {.allow_recipients = patterns, .max_mails_per_run = 1};
    g_autoptr(MgSafety) safety = make_safety(&settings);
    g_autoptr(MgMail) mail = make_mail("a@b.example");

    mg_safety_override_limits(safety);
    g_assert_false(mg_safety_has_limits(safety));
    for (guint i = 0; i < 3; i++)
        g_assert_true(mg_safety_count(safety, mail, 1, NULL));
    g_assert_null(mg_safety_apply(safety, make_mail("a@b.example"), NULL));
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/safety/nothing_set", test_nothing_set_changes_nothing);
    g_test_add_func("/safety/redirect", test_redirect);
    g_test_add_func("/safety/redirect_injection", test_redirect_refuses_header_injection);
    g_test_add_func("/safety/redirect_to_nowhere", test_redirect_to_nowhere_is_a_setup_error);
    for (gsize i = 0; i < G_N_ELEMENTS(allow_cases); i++) {
        g_autofree gchar *path = g_strdup_printf("/safety/allow/%s", allow_cases[i].name);
        g_test_add_data_func(path, &allow_cases[i], test_allow);
    }
    g_test_add_func("/safety/run", test_run_ends_before_the_limit_is_exceeded);
    g_test_add_func("/safety/recipients_and_events", test_recipients_and_events_are_limited);
    g_test_add_func("/safety/trial", test_trial_judges);
    g_test_add_func("/safety/excesses", test_excesses_as_data);
    g_test_add_func("/safety/override", test_override);
    return g_test_run();
}
