/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * A task: one group to be worked on.
 *
 * Made before the workers start; each is one worker's at a time.
 */
#pragma once

#include "database/uncertain.h"
#include "formats/notification.h"
#include "model/group.h"

/* `uncertain` where an earlier run left one of its mails open: then that mail goes out again under the very
 * ticket and Message-Id of the intent. */
typedef struct MgTask MgTask;
struct MgTask {
    MgGroup *group;
    MgIntent *uncertain; /* (nullable) */
    MgTask *sibling;     /* (nullable): another open mail of the same group, for the same worker */
    /* Of a group that was divided: it is owned by whoever works on it, not by the list. */
    gboolean is_part;
    guint first_format; /* of a part: which has answered for the group, and is asked first, */
    guint first_rule;   /* and which of its rules */
    /* (nullable): of a part: its mail, which a format has made already; it marks all of it. */
    MgNotification *prepared;
    gchar *format_name; /* with `prepared`: which has */
};

/* Takes both over. */
MgTask *mg_task_new(MgGroup *group, MgIntent *uncertain);
void mg_task_free(MgTask *task); /* siblings included */
