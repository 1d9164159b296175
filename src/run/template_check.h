/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Whether a group's mail could be made: for the command `check`. One thread, which is the worker's.
 */
#pragma once

#include "flow/worker.h"

typedef enum {
    MG_TEMPLATE_FAILED,    /* error set */
    MG_TEMPLATE_EXPANDS,   /* a template, or the format's own text */
    MG_TEMPLATE_NOT_ASKED, /* the format, a script, postpones the group whatever the time */
} MgTemplateState;

/* Asks the formats about `group` as if all its waiting were over, whether the answer's columns are
 * there, and expands the template with a dummy in place of ticket and CSV; a format script does
 * what it does in a preview, with the group's events. `worker` is one for a preview: nothing is
 * locked, written or sent. `format_name` receives who answered, NULL on failure (transfer full).
 * Errors are those of the stages. */
MgTemplateState mg_template_check(MgWorker *worker, const MgGroup *group, gchar **format_name,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
