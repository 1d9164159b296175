/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "cli/preview_run.h"

#include "cli/left_out.h"
#include "flow/safety.h"
#include "flow/task.h"
#include "run/run.h"

/* What the run tells, into the preview; under the account's lock. */

static void keep_mail(const MgAccountMail *told, gpointer data)
{
    MgPreviewEntry *entry = mg_preview_add(data, MG_PREVIEW_MAIL, told->group);

    mg_preview_set_mail(entry, told->mail);
    entry->format_name = g_strdup(told->format_name);
    if (told->part != NULL)
        entry->part = *told->part;
    entry->size_limit = told->size_limit;
    entry->is_copy = told->is_copy;
    entry->is_resent = told->is_resent;
}

static void keep_by_script(const MgGroup *group, const gchar *format_name, const gchar *ticket,
                           gpointer data)
{
    MgPreviewEntry *entry = mg_preview_add(data, MG_PREVIEW_BY_SCRIPT, group);

    entry->format_name = g_strdup(format_name);
    entry->ticket = g_strdup(ticket);
}

static void keep_postponed(const MgGroup *group, const MgDecision *decision, gpointer data)
{
    MgPreviewEntry *entry = mg_preview_add(data, MG_PREVIEW_POSTPONED, group);

    entry->format_name = g_strdup(decision->format_name);
    entry->reason = g_strdup(decision->postponed_because);
    entry->until = decision->postponed_until;
}

static void keep_failed(const MgGroup *group, const GError *failure, gpointer data)
{
    mg_preview_add(data, MG_PREVIEW_FAILED, group)->reason = g_strdup(failure->message);
}

static void keep_failed_copy(const MgGroup *group, const MgMail *mail, const GError *failure,
                             gpointer data)
{
    MgPreviewEntry *entry = mg_preview_add(data, MG_PREVIEW_COPY_FAILED, group);

    if (mail != NULL)
        mg_preview_set_mail(entry, mail);
    entry->reason = g_strdup(failure->message);
}

static void keep_skipped(const MgGroup *group, MgLeft how, const gchar *because, gpointer data)
{
    mg_preview_add(data, MG_PREVIEW_SKIPPED, group)->reason = g_strdup(because);
}

static const MgAccountHandlers handlers = {
    .mail = keep_mail,
    .by_script = keep_by_script,
    .postponed = keep_postponed,
    .failed = keep_failed,
    .copy_failed = keep_failed_copy,
    .skipped = keep_skipped,
};

/* Several open mails of one group are tasks in a chain, for one worker. */
static void set_order(MgPreview *preview, const GPtrArray *tasks)
{
    g_autoptr(GPtrArray) groups = g_ptr_array_new();

    for (guint i = 0; i < tasks->len; i++)
        for (const MgTask *task = g_ptr_array_index(tasks, i); task != NULL; task = task->sibling)
            g_ptr_array_add(groups, task->group);
    mg_preview_set_order(preview, groups);
}

gboolean mg_preview_run(MgSite *site, const MgTaskFilter *filter, MgPreview *preview,
                        GError **error)
{
    g_autoptr(MgAccount) account = mg_account_new(&handlers, preview);
    g_autoptr(GPtrArray) tasks = NULL;
    g_autoptr(MgRun) run = NULL;
    gboolean is_alone;
    gboolean done = FALSE;

    site->account = account;
    run = mg_run_new(site, &is_alone, error);
    if (run != NULL)
        tasks = mg_run_list(run, filter, error);
    if (tasks != NULL)
        done = mg_run_process(run, tasks, 0, tasks->len, error);
    if (done) {
        preview->rejected_note = mg_left_out_rejected(mg_run_connection(run), NULL);
        preview->set_aside_note = mg_left_out_set_aside(mg_run_connection(run), NULL);
    }
    site->account = NULL;
    if (tasks != NULL)
        set_order(preview, tasks);
    mg_preview_sort(preview);
    g_ptr_array_extend_and_steal(preview->excesses, mg_safety_list_excesses(site->safety));
    return done;
}

gboolean mg_preview_run_task(const MgSite *site, GPtrArray *tasks, guint index, MgPreview *preview,
                             GError **error)
{
    MgSite shown = *site;
    g_autoptr(MgSafety) safety = mg_safety_new_trial(site->safety);
    g_autoptr(MgAccount) account = mg_account_new(&handlers, preview);
    g_autoptr(MgRun) run = NULL;
    gboolean is_alone;

    shown.purpose = MG_PURPOSE_PREVIEW;
    shown.keyring = NULL;
    shown.safety = safety;
    shown.account = account;
    run = mg_run_new(&shown, &is_alone, error);
    if (run == NULL || !mg_run_process(run, tasks, index, 1, error))
        return FALSE;
    mg_preview_sort(preview);
    return TRUE;
}
