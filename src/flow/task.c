/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/task.h"

MgTaskPart *mg_task_part_new(const MgPart *part, const gchar *ticket, const gchar *const *ids)
{
    MgTaskPart *by_size = g_new0(MgTaskPart, 1);

    by_size->part = *part;
    by_size->part.first = 0;
    by_size->ticket = g_strdup(ticket);
    by_size->ids = g_strdupv((gchar **)ids);
    return by_size;
}

void mg_task_part_free(MgTaskPart *part)
{
    if (part == NULL)
        return;
    g_free(part->ticket);
    g_strfreev(part->ids);
    g_free(part);
}

gboolean mg_task_shares_ticket(const MgTask *task)
{
    return task->by_size != NULL || task->is_one_of_several;
}

MgTask *mg_task_new(MgGroup *group, MgIntent *uncertain)
{
    MgTask *task = g_new0(MgTask, 1);

    task->group = group;
    task->uncertain = uncertain;
    return task;
}

void mg_task_free(MgTask *task)
{
    while (task != NULL) {
        MgTask *sibling = task->sibling;
        mg_group_unref(task->group);
        mg_uncertain_free(task->uncertain);
        mg_notification_free(task->prepared);
        g_free(task->format_name);
        mg_task_part_free(task->by_size);
        g_free(task);
        task = sibling;
    }
}
