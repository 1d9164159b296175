/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "cli/check_sessions.h"

#include "database/session_limits.h"
#include "run/hiring.h"

#define FEWEST 2 /* the run's own, and one worker's */

typedef struct {
    const MgSessionLimits *limits;
    gint64 wanted;
} Wish;

/* Where limits of `safety` are tried first, that takes two more for the while. */
static gint64 count_wanted(const MgSettings *settings)
{
    return 1 + mg_hiring_usual(settings->workers);
}

static gchar *name_limit(const MgSessionLimits *limits, MgSessionLimit limit)
{
    if (limit == MG_SESSION_LIMIT_ROLE)
        return g_strdup_printf("role %s", limits->role);
    if (limit == MG_SESSION_LIMIT_DATABASE)
        return g_strdup_printf("database %s", limits->database);
    return g_strdup("the server");
}

static gchar *advise(const Wish *wish, MgSessionLimit limit)
{
    if (limit == MG_SESSION_LIMIT_ROLE)
        return g_strdup_printf("ALTER ROLE %s CONNECTION LIMIT %" G_GINT64_FORMAT ";",
                               wish->limits->role, wish->wanted);
    if (limit == MG_SESSION_LIMIT_DATABASE)
        return g_strdup_printf("ALTER DATABASE %s CONNECTION LIMIT %" G_GINT64_FORMAT
                               "; or more, where others use it too",
                               wish->limits->database, wish->wanted);
    return g_strdup("raise max_connections, which takes a restart of the server, or set fewer "
                    "workers in the configuration");
}

/* `is_free`: only others stand in the way. */
static void add_shortage(MgFindings *findings, const Wish *wish, MgSessionLimit limit,
                         gint64 n_sessions, gboolean is_free)
{
    g_autofree gchar *whose = name_limit(wish->limits, limit);
    g_autofree gchar *advice = advise(wish, limit);
    gboolean is_too_few = n_sessions < FEWEST && !is_free;

    mg_findings_add(findings, is_too_few ? MG_FINDING_FAILED : MG_FINDING_WARNING,
                    "a run wants %" G_GINT64_FORMAT " sessions, a worker one and itself one, but "
                    "%s %s %" G_GINT64_FORMAT "%s: %s\nHINT: %s",
                    wish->wanted, whose, is_free ? "has only" : "allows", n_sessions,
                    is_free ? " left now" : "",
                    n_sessions < FEWEST ? "it cannot send" : "it goes on with fewer workers",
                    advice);
}

void mg_check_sessions(MgFindings *findings, const MgSettings *settings, MgConnection *connection)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(MgSessionLimits) limits = mg_session_limits_read(connection, &error);
    Wish wish = {limits, count_wanted(settings)};
    MgSessionLimit limit;
    gint64 n_sessions;

    if (limits == NULL) {
        mg_findings_add(findings, MG_FINDING_FAILED, "%s", error->message);
        return;
    }
    limit = mg_session_limits_tightest(limits, FALSE, &n_sessions);
    if (n_sessions >= 0 && n_sessions < wish.wanted) {
        add_shortage(findings, &wish, limit, n_sessions, FALSE);
        return;
    }
    limit = mg_session_limits_tightest(limits, TRUE, &n_sessions);
    if (n_sessions >= 0 && n_sessions < wish.wanted)
        add_shortage(findings, &wish, limit, n_sessions, TRUE);
    else
        mg_findings_add(findings, MG_FINDING_OK,
                        "a run wants %" G_GINT64_FORMAT " sessions, which can be had", wish.wanted);
}
