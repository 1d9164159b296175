/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Stage 8, record: the row in `sent`, the directives pointing at it, committed (contract 9).
 */
#pragma once

#include "database/connection.h"
#include "model/group.h"

/* In the claim's open transaction: inserts the sent row, points all directives of the group at it
 * and commits. `sent_at`: microseconds, the mail's Date. On MG_ERROR_UNKNOWN_OUTCOME the commit may
 * have happened; on any other error it has not, and the transaction is closed. */
gboolean mg_sent_record(MgConnection *connection, const MgGroup *group, const gchar *ticket,
                        gint64 sent_at, GError **error);
