/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * A question: what a format is asked about one group. Lives as long as the group is in hand.
 */
#pragma once

#include "model/group.h"

#include <glib.h>

typedef struct MgHost MgHost; /* flow/host.h */

typedef struct {
    const MgGroup *group;
    gint64 now;         /* microseconds: one time for all that is decided about the group */
    guint first_format; /* where asking begins: what stands before has passed the group on, */
    guint first_rule;   /* as has what stands before this in that format */
    MgHost *host; /* (nullable): what scripts work with; a format written as data needs none */
} MgQuestion;
