/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * What is wrong with a configuration, collected so that an operator sees all of it at once.
 */
#pragma once

#include "document/node.h"
#include "config/known_keys.h"

#include <glib.h>

typedef struct {
    GPtrArray *errors;   /* of gchar *, a line each */
    GPtrArray *warnings; /* of gchar *, a line each */
} MgProblems;

MgProblems *mg_problems_new(void);
void mg_problems_free(MgProblems *problems);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgProblems, mg_problems_free)

/* `PLACE: key 'PATH': MESSAGE`. */
void mg_problems_error(MgProblems *problems, const MgNode *value, const gchar *path,
                       const gchar *format, ...) G_GNUC_PRINTF(4, 5);
void mg_problems_warning(MgProblems *problems, const MgNode *value, const gchar *path,
                         const gchar *format, ...) G_GNUC_PRINTF(4, 5);

/* `PLACE: key 'PATH': found VALUE (TYPE), wanted WHAT`, with `: REASON` where `reason` is not NULL.
 * The value of a secret stays hidden, and what stands in an object's place, which may hold one. */
void mg_problems_unfit(MgProblems *problems, const MgNode *value, const MgKnownKey *key,
                       const gchar *reason);

/* TRUE where there are no errors; else MG_ERROR_SETUP with all of them. */
gboolean mg_problems_report(const MgProblems *problems, GError **error) G_GNUC_WARN_UNUSED_RESULT;
