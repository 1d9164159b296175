/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * One line about directives that were rejected: nobody is notified of them before somebody looks.
 */
#pragma once

#include "database/connection.h"

/* NULL without error where there are none. (transfer full) */
gchar *mg_rejected_note(MgConnection *connection, GError **error) G_GNUC_WARN_UNUSED_RESULT;
