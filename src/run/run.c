/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "run/run.h"

#define MG_LOGGER "intelmqmail.cb"
#include "base/error.h"
#include "base/log.h"
#include "database/intent.h"
#include "database/pending.h"
#include "database/refused.h"
#include "database/run_register.h"
#include "run/crew.h"
#include "run/task_filter.h"
#include "run/task_list.h"

struct MgRun {
    const MgSite *site;
    MgSummary *summary;
    MgConnection *connection;
    gint64 run_id;
    gboolean keeps_intents; /* the database has a place for them */
    gboolean is_noted;      /* the start is; so the end is to follow */
    MgDesk *desk;           /* on `connection` */
    MgCrew *crew;           /* (nullable): kept from batch to batch */
};

/* How long the end of a run waits for a database that went away, to be noted in it. */
#define NOTE_PATIENCE (10 * G_USEC_PER_SEC)

static gboolean find_support(MgRun *run, GError **error)
{
    const gchar *database = run->site->settings->database.name; /* NULL: libpq finds its own */

    if (!mg_intent_is_supported(run->connection, &run->keeps_intents, error))
        return FALSE;
    if (!run->keeps_intents)
        mg_log_warning(
            "the database keeps no delivery intents: a mail whose delivery is cut off may "
            "be sent a second time under another ticket number\n"
            "HINT: as superuser: psql -f notifications.sql %s",
            database != NULL ? database : "DATABASE");
    return TRUE;
}

/* A lock without a run keeps all later runs from their work. */
static void tell_of_other(MgRun *run)
{
    gboolean is_alive = FALSE;
    g_autofree gchar *other = mg_run_register_describe_other(run->connection, &is_alive, NULL);

    if (other != NULL && is_alive)
        mg_log_info("The other instance runs %s.", other);
    else if (other != NULL)
        mg_log_warning(
            "the lock of a run is held by %s, but no run of it is alive: nothing is sent "
            "until that session ends\nHINT: end it with pg_terminate_backend(); a pooler "
            "in transaction mode keeps such sessions",
            other);
}

MgRun *mg_run_new(const MgSite *site, gboolean *is_alone, GError **error)
{
    g_autoptr(MgRun) run = g_new0(MgRun, 1);

    run->site = site;
    run->summary = mg_summary_new();
    run->run_id = mg_run_register_new_id();
    *is_alone = TRUE;
    if (site->borrowed != NULL) {
        run->connection = site->borrowed;
        run->desk = mg_desk_new(run->connection, 0);
        return g_steal_pointer(&run);
    }
    run->connection = mg_connection_open(&site->settings->database, "run", error);
    if (run->connection == NULL)
        return NULL;
    if (site->purpose == MG_PURPOSE_PREVIEW) {
        run->desk = mg_desk_new(run->connection, 0);
        return g_steal_pointer(&run);
    }
    if (!find_support(run, error) || !mg_run_register_join(run->connection, run->run_id, error))
        return NULL;
    if (site->settings->instances == MG_INSTANCES_EXCLUSIVE &&
        !mg_run_register_lock_exclusively(run->connection, is_alone, error))
        return NULL;
    if (!*is_alone)
        tell_of_other(run);
    run->desk = mg_desk_new(run->connection, run->keeps_intents ? run->run_id : 0);
    return g_steal_pointer(&run);
}

void mg_run_free(MgRun *run)
{
    if (run == NULL)
        return;
    g_clear_pointer(&run->crew, mg_crew_free);
    g_clear_pointer(&run->desk, mg_desk_free);
    if (run->site->borrowed == NULL)
        g_clear_pointer(&run->connection, mg_connection_free);
    mg_summary_free(run->summary);
    g_free(run);
}

void mg_run_note_start(MgRun *run, const gchar *program_version)
{
    g_autoptr(GError) failure = NULL;

    g_assert(run->site->purpose != MG_PURPOSE_PREVIEW);
    run->is_noted = mg_run_register_note_start(run->connection, run->run_id, program_version,
                                               run->site->purpose == MG_PURPOSE_DRY_RUN, &failure);
    if (!run->is_noted)
        mg_log_warning("the run is not noted in the database: %s", failure->message);
}

/* The connection may have broken long ago without anybody having used it since. */
static gboolean note_end(MgRun *run, const MgRunEnd *end, GError **error)
{
    g_autoptr(GError) failure = NULL;

    if (mg_run_register_note_end(run->connection, run->run_id, end, &failure))
        return TRUE;
    if (!mg_connection_is_broken(run->connection)) {
        g_propagate_error(error, g_steal_pointer(&failure));
        return FALSE;
    }
    return mg_connection_reopen_within(run->connection, NOTE_PATIENCE, error) &&
           mg_run_register_note_end(run->connection, run->run_id, end, error);
}

/* What was sent by others, or removed, is not refused any more. Not worth a statement where nothing
 * was to be done. */
static void tidy_refused(MgRun *run)
{
    g_autoptr(GError) failure = NULL;

    if (run->site->purpose == MG_PURPOSE_SEND && mg_summary_done(run->summary) > 0 &&
        !mg_connection_is_broken(run->connection) && !mg_refused_tidy(run->connection, &failure))
        mg_log_warning("refused groups that are gone stay noted: %s", failure->message);
}

void mg_run_note_end(MgRun *run, gint exit_status, const gchar *ended_because)
{
    g_autoptr(GError) failure = NULL;
    const MgRunEnd end = {mg_summary_mails(run->summary), mg_summary_postponed(run->summary),
                          mg_summary_errors(run->summary), exit_status, ended_because};

    if (run->is_noted && !note_end(run, &end, &failure))
        mg_log_warning("the end of the run is not noted in the database: %s", failure->message);
    else
        tidy_refused(run);
}

static MgCrew *crew_of(MgRun *run)
{
    if (run->crew == NULL)
        run->crew = mg_crew_new(run->site, run->summary, run->desk);
    return run->crew;
}

void mg_run_hire_ahead(MgRun *run)
{
    gboolean is_any = FALSE;

    if (mg_pending_is_any(run->connection, &is_any, NULL) && is_any)
        mg_crew_hire_ahead(crew_of(run));
}

GPtrArray *mg_run_list(MgRun *run, const MgTaskFilter *filter, GError **error)
{
    GPtrArray *tasks = mg_task_list_make(run->connection, run->site, error);

    if (tasks != NULL && filter != NULL)
        mg_task_filter_apply(filter, tasks);
    return tasks;
}

/* Before the first mail: would what is asked for keep the limits? Told by a preview of it. */
static gboolean try_limits(MgRun *run, GPtrArray *tasks, guint first, guint n_tasks, GError **error)
{
    MgSite site = *run->site;
    g_autoptr(MgSafety) safety = mg_safety_new_trial(run->site->safety);
    g_autoptr(MgRun) trial = NULL;
    gboolean is_alone;

    site.purpose = MG_PURPOSE_PREVIEW;
    site.is_trial = TRUE;
    site.keyring = NULL;
    site.account = NULL;
    site.safety = safety;
    mg_log_debug("counting what would be sent, since there are limits");
    trial = mg_run_new(&site, &is_alone, error);
    return trial != NULL && mg_run_process(trial, tasks, first, n_tasks, error) &&
           mg_safety_judge(safety, error);
}

gboolean mg_run_process(MgRun *run, GPtrArray *tasks, guint first, guint n_tasks, GError **error)
{
    gboolean ok;

    g_assert(first + n_tasks <= tasks->len);
    if (run->site->purpose != MG_PURPOSE_PREVIEW && mg_safety_has_limits(run->site->safety) &&
        !try_limits(run, tasks, first, n_tasks, error))
        return FALSE;
    ok = mg_crew_work(crew_of(run), tasks, first, n_tasks, error);
    if (run->site->keyring != NULL && !mg_keyring_await_verdict(run->site->keyring))
        mg_summary_count_bad_signature(run->summary);
    return ok;
}

const MgSummary *mg_run_summary(const MgRun *run)
{
    return run->summary;
}

MgConnection *mg_run_connection(MgRun *run)
{
    return run->connection;
}
