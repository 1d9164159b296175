/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * What no run sends before somebody looks at it, each in one line that names the command for that:
 * directives that were rejected, and groups that the operator has set aside.
 */
#pragma once

#include "database/connection.h"

/* NULL without error where there are none. (transfer full) */
gchar *mg_left_out_rejected(MgConnection *connection, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gchar *mg_left_out_set_aside(MgConnection *connection, GError **error) G_GNUC_WARN_UNUSED_RESULT;
