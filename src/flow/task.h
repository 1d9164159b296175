/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * A task: one group to be worked on.
 *
 * Made before the workers start; each is one worker's at a time.
 */
#pragma once

#include "database/uncertain.h"
#include "formats/notification.h"
#include "model/form.h"
#include "model/group.h"

/* One of several mails in which a group's events go out because they do not fit into one: they have
 * one ticket. */
typedef struct {
    MgPart part;   /* `first` is that of its own events, 0 */
    gchar *ticket; /* that of the group */
    gchar **ids;   /* Message-Ids as in flow/fit.h */
} MgTaskPart;

MgTaskPart *mg_task_part_new(const MgPart *part, const gchar *ticket, const gchar *const *ids);
void mg_task_part_free(MgTaskPart *part);

/* `uncertain` where an earlier run left one of its mails open: then that mail goes out again under
 * the very ticket and Message-Id of the intent. */
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
    gchar *format_name;         /* with `prepared`: which has */
    gboolean is_one_of_several; /* with `prepared`: the mails have one ticket, */
    gboolean is_fitted;         /* and were to fit: its format can make smaller ones */
    MgTaskPart *by_size;        /* (nullable): of a part */
    gboolean has_been_divided;  /* a mail of it was refused for its size: that may happen once */
};

/* Whether it is one of several mails in which a group's events go out because they do not fit into
 * one, be they a format's or a script's. */
gboolean mg_task_shares_ticket(const MgTask *task);

/* Takes both over. */
MgTask *mg_task_new(MgGroup *group, MgIntent *uncertain);
void mg_task_free(MgTask *task); /* siblings included */
