/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "model/marks.h"

#include <stdlib.h>
#include <string.h>

static gint compare(gconstpointer a, gconstpointer b)
{
    gint64 left = *(const gint64 *)a;
    gint64 right = *(const gint64 *)b;

    return (left > right) - (left < right);
}

MgMarks mg_marks_of(const MgGroup *group, const gint64 *ids, gsize n_ids)
{
    g_autofree gint64 *wanted = g_memdup2(ids, n_ids * sizeof *ids);
    MgMarks marks = {.kind = MG_MARKS_SOME, .ids = g_new(gint64, group->n_directives + 1)};

    if (n_ids > 0)
        qsort(wanted, n_ids, sizeof *wanted, compare);
    for (gsize i = 0; i < group->n_directives; i++)
        if (n_ids > 0 &&
            bsearch(&group->directive_ids[i], wanted, n_ids, sizeof *wanted, compare) != NULL)
            marks.ids[marks.n_ids++] = group->directive_ids[i];
    if (marks.n_ids > 0 && marks.n_ids < group->n_directives)
        return marks;
    marks.kind = marks.n_ids > 0 ? MG_MARKS_ALL : MG_MARKS_NONE;
    mg_marks_clear(&marks);
    return marks;
}

MgMarks mg_marks_copy(const MgMarks *marks)
{
    return (MgMarks){marks->kind, g_memdup2(marks->ids, marks->n_ids * sizeof *marks->ids),
                     marks->n_ids};
}

void mg_marks_clear(MgMarks *marks)
{
    g_clear_pointer(&marks->ids, g_free);
    marks->n_ids = 0;
}

const gint64 *mg_marks_ids(const MgMarks *marks, const MgGroup *group, gsize *n_ids)
{
    if (marks->kind == MG_MARKS_ALL) {
        *n_ids = group->n_directives;
        return group->directive_ids;
    }
    *n_ids = marks->n_ids;
    return marks->ids;
}

gboolean mg_marks_is_equal(const MgMarks *a, const MgMarks *b)
{
    return a->kind == b->kind && a->n_ids == b->n_ids &&
           (a->n_ids == 0 || memcmp(a->ids, b->ids, a->n_ids * sizeof *a->ids) == 0);
}
