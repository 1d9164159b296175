/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "cli/interactive.h"

#include "base/stop.h"
#include "cli/plain_text.h"
#include "cli/preview_run.h"
#include "flow/task.h"
#include "preview/preview_list.h"
#include "preview/preview_mail.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define QUESTION "Options: [c]ontinue (skip), [s]end this batch, send [a]ll, [q]uit? "
#define SHOW_EVENT_IDS 2  /* --verbose twice */
#define LONGEST_ANSWER 40 /* what is longer is none of the answers anyway */

static const gchar explanation[] =
    "  c    leave this batch as it is, it stays pending, and show the next one\n"
    "  s    send this batch, then show the next one\n"
    "  a    send this batch and all that come after it, without further questions\n"
    "  q    end, all that was not sent stays pending\n"
    "  p N  show the mail of line N of this batch as it would be sent\n"
    "  ?    this explanation\n";

/* The groups that one question is about. */
typedef struct {
    MgRun *run;
    const MgSite *site;
    const MgSendOptions *options;
    GPtrArray *tasks; /* of the whole run */
    guint first;
    guint n_shown;
} Batch;

static void show_group(const MgTask *task, const MgSendOptions *options)
{
    const MgGroup *group = task->group;
    g_autofree gchar *recipient = mg_plain_text_clean(group->recipient_address);
    g_autofree gchar *template = mg_plain_text_clean(group->template_name);
    g_autofree gchar *notification_format = mg_plain_text_clean(group->notification_format);
    g_autofree gchar *event_data_format = mg_plain_text_clean(group->event_data_format);

    printf("* %s %s (%s/%s): %" G_GSIZE_FORMAT " events", recipient, template, notification_format,
           event_data_format, group->n_events);
    if (options->common.verbosity >= SHOW_EVENT_IDS) {
        g_autofree gchar *ids = mg_group_format_ids(group->event_ids, group->n_events);
        printf(": [%s]", ids);
    }
    putchar('\n');
    if (task->uncertain != NULL)
        printf("    again, under ticket %s: whether it arrived is uncertain\n",
               task->uncertain->ticket);
}

static void show_batch(const Batch *batch)
{
    printf("Current batch (%u of %u total):\n", batch->n_shown, batch->tasks->len - batch->first);
    for (guint i = 0; i < batch->n_shown; i++)
        show_group(g_ptr_array_index(batch->tasks, batch->first + i), batch->options);
}

/* The next line without its end; NULL at the end of input and at a signal. What stands before the
 * end of input without a line break was not finished, so it is no answer. */
static gchar *read_line(void)
{
    struct pollfd sources[] = {{.fd = STDIN_FILENO, .events = POLLIN},
                               {.fd = mg_stop_fd(), .events = POLLIN}};
    g_autoptr(GString) line = g_string_new(NULL);

    for (;;) {
        gchar character;
        gssize length;

        if (poll(sources, G_N_ELEMENTS(sources), -1) < 0 && errno != EINTR)
            return NULL;
        if (mg_stop_requested())
            return NULL;
        length = read(STDIN_FILENO, &character, 1);
        if (length < 0 && errno == EINTR)
            continue;
        if (length <= 0)
            return NULL;
        if (character == '\n')
            return g_string_free(g_steal_pointer(&line), FALSE);
        if (line->len < LONGEST_ANSWER)
            g_string_append_c(line, character != '\0' ? character : '?');
    }
}

static void show_preview(const MgPreview *preview)
{
    for (guint i = 0; i < preview->mails->len; i++) {
        g_autofree gchar *text = mg_preview_mail_text(g_ptr_array_index(preview->mails, i));

        if (preview->mails->len > 1)
            printf("--- mail %u of %u\n", i + 1, preview->mails->len);
        fputs(text, stdout);
    }
    if (preview->postponed->len + preview->failed->len + preview->skipped->len > 0) {
        g_autofree gchar *list = mg_preview_list_text(preview);
        fputs(list, stdout);
    }
}

static void preview_line(const Batch *batch, guint number)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(MgPreview) preview = mg_preview_new();

    if (mg_preview_run_task(batch->site, batch->tasks, batch->first + number - 1, preview, &error))
        show_preview(preview);
    else
        printf("Line %u cannot be shown: %s\n", number, error->message);
}

/* `p N`; FALSE where it is something else. */
static gboolean preview_asked_for(const Batch *batch, const gchar *answer)
{
    guint64 number;

    if (answer[0] != 'p' || !g_ascii_string_to_unsigned(answer + 1 + strspn(answer + 1, " "), 10, 0,
                                                        G_MAXUINT, &number, NULL))
        return FALSE;
    if (number >= 1 && number <= batch->n_shown)
        preview_line(batch, (guint)number);
    else
        printf("This batch has the lines 1 to %u.\n", batch->n_shown);
    return TRUE;
}

/* Only a whole answer counts: "abort" must never send. */
static gchar ask(const Batch *batch)
{
    for (;;) {
        g_autofree gchar *answer = NULL;

        fputs(QUESTION, stdout);
        fflush(stdout);
        answer = read_line();
        if (answer == NULL)
            return 'q';
        if (strlen(answer) == 1 && strchr("csaq", answer[0]) != NULL)
            return answer[0];
        if (g_str_equal(answer, "?"))
            fputs(explanation, stdout);
        else if (!preview_asked_for(batch, answer))
            puts("Please enter one of the characters c, s, a, q");
    }
}

/* `n_tasks` from the batch's first on. */
static gboolean send_tasks(const Batch *batch, guint n_tasks, GError **error)
{
    g_autoptr(MgSummary) before = mg_summary_copy(mg_run_summary(batch->run));
    g_autofree gchar *counts = NULL;

    printf("Sending mails for %u entries... ", n_tasks);
    fflush(stdout);
    if (!mg_run_process(batch->run, batch->tasks, batch->first, n_tasks, error)) {
        putchar('\n');
        return FALSE;
    }
    counts = mg_summary_text_since(mg_run_summary(batch->run), before, batch->options->dry_run);
    printf("%s\n", counts);
    return TRUE;
}

/* Sets `*is_last` where no further batch is to be shown. */
static gboolean process_batch(const Batch *batch, gboolean *is_last, GError **error)
{
    show_batch(batch);
    switch (ask(batch)) {
    case 's':
        return send_tasks(batch, batch->n_shown, error);
    case 'a':
        *is_last = TRUE;
        return send_tasks(batch, batch->tasks->len - batch->first, error);
    case 'q':
        *is_last = TRUE;
        puts("Exiting without sending any further mails.");
        return TRUE;
    default: /* stays pending */
        puts("Skipping this batch.");
        return TRUE;
    }
}

gboolean mg_interactive_process(MgRun *run, const MgSite *site, GPtrArray *tasks,
                                const MgSendOptions *options, GError **error)
{
    Batch batch = {.run = run, .site = site, .options = options, .tasks = tasks};
    gboolean is_last = FALSE;

    if (isatty(STDIN_FILENO))
        puts("(An answer of ? explains the answers, p N shows the mail of line N.)");
    for (; batch.first < tasks->len && !is_last; batch.first += batch.n_shown) {
        batch.n_shown = MIN((guint)options->batch_size, tasks->len - batch.first);
        if (!process_batch(&batch, &is_last, error))
            return FALSE;
    }
    return TRUE;
}
