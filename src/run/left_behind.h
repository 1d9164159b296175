/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * What runs that died have left behind: the intents of whole lots, of which some mails may never
 * have been begun.
 */
#pragma once

#include "database/connection.h"

/* Before any of `intents` (element-type MgIntent), which mg_uncertain_list() gave, is made again.
 * Takes out those of which it can be proven that their mails were not begun: told in the log, they
 * are pending as before; and those that somebody else has in hand. What cannot be proven stays: it
 * is as uncertain as it was. FALSE with
 * error where the database fails. */
gboolean mg_left_behind_sort_out(MgConnection *connection, GPtrArray *intents,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
