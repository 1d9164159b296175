/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "cli/interactive.h"

#include "cli/plain_text.h"
#include "base/stop.h"
#include "flow/worker.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define QUESTION "Options: [c]ontinue (skip), [s]end this batch, send [a]ll, [q]uit? "
#define SHOW_EVENT_IDS 2 /* --verbose twice */

static void show_group(const MgTask *task, const MgOptions *options)
{
    const MgGroup *group = task->group;
    g_autofree gchar *recipient = mg_plain_text_clean(group->recipient_address);
    g_autofree gchar *template = mg_plain_text_clean(group->template_name);
    g_autofree gchar *notification_format = mg_plain_text_clean(group->notification_format);
    g_autofree gchar *event_data_format = mg_plain_text_clean(group->event_data_format);

    printf("* %s %s (%s/%s): %" G_GSIZE_FORMAT " events\n", recipient, template,
           notification_format, event_data_format, group->n_events);
    if (task->uncertain != NULL)
        printf("    again, under ticket %s: whether it arrived is uncertain\n",
               task->uncertain->ticket);
    if (options->common.verbosity >= SHOW_EVENT_IDS) {
        g_autofree gchar *ids = mg_group_format_ids(group->event_ids, group->n_events);
        printf("    event ids: %s\n", ids);
    }
}

/* The first letter of the next line; 'q' at the end of input or at a signal. */
static gchar read_answer(void)
{
    struct pollfd sources[] = {{.fd = STDIN_FILENO, .events = POLLIN},
                               {.fd = mg_stop_fd(), .events = POLLIN}};
    gchar answer = '\0';

    for (;;) {
        gchar character;
        gssize length;

        if (poll(sources, G_N_ELEMENTS(sources), -1) < 0 && errno != EINTR)
            return 'q';
        if (mg_stop_requested())
            return 'q';
        length = read(STDIN_FILENO, &character, 1);
        if (length < 0 && errno == EINTR)
            continue;
        if (length <= 0)
            return 'q';
        if (character == '\n')
            return answer;
        if (answer == '\0' && !g_ascii_isspace(character))
            answer = g_ascii_tolower(character);
    }
}

static gchar ask(void)
{
    for (;;) {
        gchar answer;

        fputs(QUESTION, stdout);
        fflush(stdout);
        answer = read_answer();
        if (answer != '\0' && strchr("csaq", answer) != NULL)
            return answer;
    }
}

static gboolean send_tasks(MgRun *run, GPtrArray *tasks, guint first, guint n_tasks,
                           const MgOptions *options, GError **error)
{
    g_autofree gchar *counts = NULL;

    if (!mg_run_process(run, tasks, first, n_tasks, error))
        return FALSE;
    counts = mg_summary_text(mg_run_summary(run), options->dry_run);
    printf("%s\n", counts);
    return TRUE;
}

gboolean mg_interactive_process(MgRun *run, GPtrArray *tasks, const MgOptions *options,
                                GError **error)
{
    guint n_shown;

    for (guint first = 0; first < tasks->len; first += n_shown) {
        n_shown = MIN((guint)options->batch_size, tasks->len - first);
        printf("Current batch (%u of %u groups):\n", n_shown, tasks->len - first);
        for (guint i = first; i < first + n_shown; i++)
            show_group(g_ptr_array_index(tasks, i), options);
        switch (ask()) {
        case 's':
            if (!send_tasks(run, tasks, first, n_shown, options, error))
                return FALSE;
            break;
        case 'a':
            return send_tasks(run, tasks, first, tasks->len - first, options, error);
        case 'q':
            return TRUE;
        default: /* skipped: stays pending */
            break;
        }
    }
    return TRUE;
}
