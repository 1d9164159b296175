/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "run/task_filter.h"

static gboolean matches(gchar **patterns, const gchar *text, gboolean folds)
{
    g_autofree gchar *compared = folds ? g_utf8_strdown(text, -1) : g_strdup(text);

    for (gchar **pattern = patterns; patterns != NULL && *pattern != NULL; pattern++) {
        g_autofree gchar *wanted = folds ? g_utf8_strdown(*pattern, -1) : g_strdup(*pattern);
        if (g_pattern_match_simple(wanted, compared))
            return TRUE;
    }
    return patterns == NULL;
}

static gboolean is_wanted(const MgTaskFilter *filter, const MgTask *task)
{
    return matches(filter->recipients, task->group->recipient_address, TRUE) &&
           matches(filter->templates, task->group->template_name, FALSE);
}

void mg_task_filter_apply(const MgTaskFilter *filter, GPtrArray *tasks)
{
    guint kept = 0;

    for (guint i = 0; i < tasks->len && (filter->limit == 0 || kept < (guint)filter->limit); i++) {
        gpointer task = g_ptr_array_index(tasks, i);
        if (!is_wanted(filter, task))
            continue;
        tasks->pdata[i] = tasks->pdata[kept]; /* what is cut off below is freed there */
        tasks->pdata[kept++] = task;
    }
    g_ptr_array_set_size(tasks, (gint)kept);
}
