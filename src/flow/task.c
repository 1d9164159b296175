/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/task.h"

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
        g_free(task);
        task = sibling;
    }
}
