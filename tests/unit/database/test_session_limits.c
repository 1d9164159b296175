/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "database/session_limits.h"

#include "database_fixture.h"

static MgSessionLimits *read_limits(MgConnection *connection)
{
    g_autoptr(GError) error = NULL;
    MgSessionLimits *limits = mg_session_limits_read(connection, &error);

    g_assert_no_error(error);
    return limits;
}

static void assert_tightest(const MgSessionLimits *limits, gboolean is_free, MgSessionLimit which,
                            gint64 wanted)
{
    gint64 n_sessions = 0;

    g_assert_cmpint(mg_session_limits_tightest(limits, is_free, &n_sessions), ==, which);
    g_assert_cmpint(n_sessions, ==, wanted);
}

static void test_read(void)
{
    g_autoptr(MgConnection) connection = fixture_open("test");
    g_autoptr(MgConnection) other = fixture_open("other");
    g_autoptr(MgSessionLimits) without = read_limits(connection);
    g_autoptr(MgSessionLimits) with = NULL;
    g_autofree gchar *role = fixture_value("SELECT quote_ident('%s')", g_getenv("MG_TEST_SENDER"));

    g_assert_cmpstr(without->role, ==, role);
    g_assert_cmpint(without->limits[MG_SESSION_LIMIT_ROLE].most, ==, -1);
    g_assert_cmpint(without->limits[MG_SESSION_LIMIT_ROLE].in_use, ==, 1);
    g_assert_cmpint(without->limits[MG_SESSION_LIMIT_DATABASE].most, ==, -1);
    g_assert_cmpint(without->limits[MG_SESSION_LIMIT_DATABASE].in_use, >=, 1);
    fixture_assert_value("t",
                         "SELECT current_setting('max_connections')::integer"
                         " - current_setting('superuser_reserved_connections')::integer"
                         " = %" G_GINT64_FORMAT,
                         without->limits[MG_SESSION_LIMIT_SERVER].most);

    fixture_execute("ALTER ROLE %s CONNECTION LIMIT 7", role);
    fixture_execute("ALTER DATABASE %s CONNECTION LIMIT 9", without->database);
    with = read_limits(connection);
    g_assert_cmpint(with->limits[MG_SESSION_LIMIT_ROLE].most, ==, 7);
    g_assert_cmpint(with->limits[MG_SESSION_LIMIT_DATABASE].most, ==, 9);
    assert_tightest(with, FALSE, MG_SESSION_LIMIT_ROLE, 7);
    assert_tightest(with, TRUE, MG_SESSION_LIMIT_ROLE, 6);
    fixture_execute("ALTER ROLE %s CONNECTION LIMIT -1", role);
    fixture_execute("ALTER DATABASE %s CONNECTION LIMIT -1", without->database);
}

static const struct {
    const gchar *name;
    MgSessionLimitState limits[MG_SESSION_LIMITS]; /* role, database, server */
    MgSessionLimit which;
    gint64 most;
    MgSessionLimit which_free;
    gint64 n_free;
} cases[] = {
    {"no limit",
     {{-1, 3}, {-1, 3}, {-1, 3}},
     MG_SESSION_LIMIT_SERVER,
     -1,
     MG_SESSION_LIMIT_SERVER,
     -1},
    {"server",
     {{-1, 0}, {-1, 0}, {97, 50}},
     MG_SESSION_LIMIT_SERVER,
     97,
     MG_SESSION_LIMIT_SERVER,
     47},
    {"none at all", {{0, 0}, {5, 0}, {97, 0}}, MG_SESSION_LIMIT_ROLE, 0, MG_SESSION_LIMIT_ROLE, 0},
    {"others use it up",
     {{10, 1}, {20, 18}, {97, 30}},
     MG_SESSION_LIMIT_ROLE,
     10,
     MG_SESSION_LIMIT_DATABASE,
     2},
    {"lowered below what is in use",
     {{-1, 0}, {5, 9}, {97, 30}},
     MG_SESSION_LIMIT_DATABASE,
     5,
     MG_SESSION_LIMIT_DATABASE,
     0},
};

static void test_tightest(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        MgSessionLimits limits = {0};

        g_test_message("%s", cases[i].name);
        for (gsize k = 0; k < MG_SESSION_LIMITS; k++)
            limits.limits[k] = cases[i].limits[k];
        assert_tightest(&limits, FALSE, cases[i].which, cases[i].most);
        assert_tightest(&limits, TRUE, cases[i].which_free, cases[i].n_free);
    }
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/session_limits/read", test_read);
    g_test_add_func("/session_limits/tightest", test_tightest);
    return g_test_run();
}
