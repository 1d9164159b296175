/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * What `status --refused` prints.
 */
#pragma once

#include "database/refused.h"

/* Whether the database keeps refused groups; MG_ERROR_SETUP with the advice where it does not. */
gboolean mg_refused_list_check(MgConnection *connection, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* "refused", "may_be_set_aside" or "set_aside". A literal. */
const gchar *mg_refused_list_state(const MgRefused *refused);

/* Prints all groups that were refused by the runs before, a line each or as a JSON array. */
gboolean mg_refused_list_print(MgConnection *connection, gboolean as_json,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
