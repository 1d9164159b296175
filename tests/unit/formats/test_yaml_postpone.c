/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "formats/yaml_postpone.h"

#include "base/clock.h"
#include "yaml_case.h"

#define SECOND ((gint64)G_USEC_PER_SEC)
#define NOW (1795748400 * SECOND) /* 2026-11-27 03:00:00 */
#define OBSERVED "time.observation=2026-11-27T02:00:00+00:00"

static const struct {
    const gchar *name;
    const gchar *postpone;
    gint64 last_sent; /* seconds before now; 0: never */
    gint64 interval;  /* seconds */
    gint64 inserted;  /* seconds before now */
    const gchar *aggregate;
    gint64 later;         /* microseconds after NOW that it is asked */
    const gchar *because; /* NULL: not held back */
    const gchar *until;
} cases[] = {
    {"no conditions", "{}", 1, 86400, 1, OBSERVED, 0, NULL, NULL},
    {"interval switched off", "{notification_interval: false}", 1, 86400, 1, NULL, 0, NULL, NULL},
    {"never sent", "{notification_interval: true}", 0, 86400, 1, NULL, 0, NULL, NULL},
    {"interval not over", "{notification_interval: true}", 3600, 86400, 1, NULL, 0,
     "notification interval: last mail 2026-11-27 02:00:00+00:00 + 1 day",
     "2026-11-28 02:00:00+00:00"},
    {"interval over at this moment", "{notification_interval: true}", 86400, 86400, 1, NULL, 0,
     "notification interval: last mail 2026-11-26 03:00:00+00:00 + 1 day",
     "2026-11-27 03:00:00+00:00"},
    {"interval over a moment ago", "{notification_interval: true}", 86400, 86400, 1, NULL, 1, NULL,
     NULL},
    {"interval of no length, now", "{notification_interval: true}", 10, 0, 1, NULL, 0, NULL, NULL},
    {"interval beyond the calendar", "{notification_interval: true}", 10, 9000000000000, 1, NULL, 0,
     "notification interval: last mail 2026-11-27 02:59:50+00:00 + 2500000000 hours",
     "9999-12-31 23:59:59+00:00"},
    {"newest too young", "{newest_directive_age: 15m}", 0, 0, 899, NULL, 0,
     "newest directive 2026-11-27 02:45:01+00:00 + 15 minutes", "2026-11-27 03:00:01+00:00"},
    {"newest old enough", "{newest_directive_age: 15m}", 0, 0, 900, NULL, 0, NULL, NULL},
    {"newest from the future", "{newest_directive_age: 15m}", 0, 0, -60, NULL, 0,
     "newest directive 2026-11-27 03:01:00+00:00 + 15 minutes", "2026-11-27 03:16:00+00:00"},
    {"newest from the future, no age", "{newest_directive_age: 0s}", 0, 0, -60, NULL, 0, NULL,
     NULL},
    {"observation too young", "{observation_age: 2h}", 0, 0, 1, OBSERVED, 0,
     "observation 2026-11-27 02:00:00+00:00 + 2 hours", "2026-11-27 04:00:00+00:00"},
    {"observation old enough", "{observation_age: 1h}", 0, 0, 1, OBSERVED, 0, NULL, NULL},
    {"observed on a day", "{observation_age: 1d}", 0, 0, 1, "time.observation=2026-11-27", 0,
     "observation 2026-11-27 00:00:00+00:00 + 1 day", "2026-11-28 00:00:00+00:00"},
    {"no observation", "{observation_age: 2h}", 0, 0, 1, NULL, 0, NULL, NULL},
    {"all three", "{notification_interval: true, newest_directive_age: 1d, observation_age: 2h}",
     60, 120, 60, OBSERVED, 0,
     "notification interval: last mail 2026-11-27 02:59:00+00:00 + 2 minutes; "
     "newest directive 2026-11-27 02:59:00+00:00 + 1 day; "
     "observation 2026-11-27 02:00:00+00:00 + 2 hours",
     "2026-11-28 02:59:00+00:00"},
};

static MgYamlPostpone read_postpone(const gchar *text)
{
    YamlCase yaml = yaml_case_read(text);
    MgYamlPostpone postpone = {0};

    mg_yaml_postpone_read(&postpone, yaml.tree->root, "'postpone'", yaml.complaints);
    yaml_case_assert_complaints(&yaml, "");
    yaml_case_clear(&yaml);
    return postpone;
}

static void test_cases(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        const gchar *const aggregate[] = {cases[i].aggregate, NULL};
        g_autoptr(MgGroup) group = yaml_case_group(aggregate);
        g_autoptr(GError) error = NULL;
        g_autofree gchar *because = NULL;
        g_autofree gchar *until = NULL;
        gint64 until_time = MG_CLOCK_NONE;
        MgYamlPostpone postpone = read_postpone(cases[i].postpone);

        g_test_message("%s", cases[i].name);
        if (cases[i].last_sent != 0)
            group->last_sent = NOW - cases[i].last_sent * SECOND;
        group->notification_interval = cases[i].interval * SECOND;
        group->inserted_at = NOW - cases[i].inserted * SECOND;
        g_assert_true(mg_yaml_postpone_check(&postpone, group, NOW + cases[i].later, &because,
                                             &until_time, &error));
        g_assert_no_error(error);
        if (until_time != MG_CLOCK_NONE)
            until = mg_clock_format_utc(until_time);
        g_assert_cmpstr(because, ==, cases[i].because);
        g_assert_cmpstr(until, ==, cases[i].until);
    }
}

static void test_no_time(void)
{
    const gchar *const texts[] = {"time.observation=yesterday", "time.observation", NULL};
    const gchar *const messages[] = {
        "observation_age: the aggregate identifier's time.observation is no time: 'yesterday'",
        "observation_age: the aggregate identifier's time.observation is no time: none"};
    MgYamlPostpone postpone = read_postpone("{notification_interval: true, observation_age: 1h}");

    for (gsize i = 0; texts[i] != NULL; i++) {
        const gchar *const aggregate[] = {texts[i], NULL};
        g_autoptr(MgGroup) group = yaml_case_group(aggregate);
        g_autoptr(GError) error = NULL;
        gchar *because = NULL;
        gint64 until;

        g_assert_false(mg_yaml_postpone_check(&postpone, group, NOW, &because, &until, &error));
        g_assert_error(error, MG_ERROR, MG_ERROR_GROUP);
        g_assert_cmpstr(error->message, ==, messages[i]);
        g_assert_null(because);
    }
}

static const struct {
    const gchar *postpone;
    const gchar *complaints;
} mistakes[] = {
    {"{newest_directive_age: 15}",
     "F:1:24: 'newest_directive_age' must be a whole number and s, m, "
     "h or d, such as 15m, but is '15'"},
    {"{observation_age: ~}", "F:1:19: 'observation_age' must be a text, but is left empty"},
    {"{notification_interval: yes}",
     "F:1:25: 'notification_interval' must be true or false, without quotes, but is 'yes'"},
    {"{notification_interval: 'true'}",
     "F:1:25: 'notification_interval' must be true or false, without quotes, but is 'true'"},
    {"{observation-age: 1h}",
     "F:1:2: unknown key 'observation-age' in 'postpone'; did you mean 'observation_age'?"},
    {"15m", "F:1:1: 'postpone' must be a mapping (lines of the form \"key: value\"), but is '15m'"},
};

static void test_mistakes(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(mistakes); i++) {
        YamlCase yaml = yaml_case_read(mistakes[i].postpone);
        MgYamlPostpone postpone = {0};
        mg_yaml_postpone_read(&postpone, yaml.tree->root, "'postpone'", yaml.complaints);
        yaml_case_assert_complaints(&yaml, mistakes[i].complaints);
        yaml_case_clear(&yaml);
    }
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/yaml-postpone/cases", test_cases);
    g_test_add_func("/yaml-postpone/no-time", test_no_time);
    g_test_add_func("/yaml-postpone/mistakes", test_mistakes);
    return g_test_run();
}
