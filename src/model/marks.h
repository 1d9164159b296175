/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Marks: which of its group's directives a mail marks as sent. A directive is marked if and only if
 * a mail that marks it was accepted.
 *
 * Plain data; for any thread.
 */
#pragma once

#include "model/group.h"

typedef enum {
    MG_MARKS_ALL,  /* the usual mail */
    MG_MARKS_SOME, /* one part of several, or one report of many */
    MG_MARKS_NONE, /* a copy */
} MgMarksKind;

typedef struct {
    MgMarksKind kind;
    gint64 *ids; /* SOME: ascending, each once; one at least */
    gsize n_ids;
} MgMarks;

/* Those of `group` that are among `ids`, in any order: all, some or none. What is no directive of
 * the group is left out, for it is somebody else's. (transfer full) */
MgMarks mg_marks_of(const MgGroup *group, const gint64 *ids, gsize n_ids);
MgMarks mg_marks_copy(const MgMarks *marks);
void mg_marks_clear(MgMarks *marks);

/* The ids themselves, of a mail of `group`, ascending; as long as both live. */
const gint64 *mg_marks_ids(const MgMarks *marks, const MgGroup *group, gsize *n_ids);
gboolean mg_marks_is_equal(const MgMarks *a, const MgMarks *b);
