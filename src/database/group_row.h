/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * For this folder only: a group out of a row, as the lists of pending and of uncertain ones ask for
 * it. Pure; any thread.
 */
#pragma once

#include "model/group.h"

#include <libpq-fe.h>

/* recipient_address, template_name, notification_format, event_data_format, aggregate_identifier,
 * the arrays of directive ids and of their event ids in one order, the newest inserted_at, the
 * longest notification_interval; in the binary format where it matters. */
#define MG_GROUP_ROW_FIELDS 9

/* From these columns, `first` being that of recipient_address; last_sent is left MG_CLOCK_NONE.
 * NULL where they hold something else. (transfer full) */
MgGroup *mg_group_row_read(const PGresult *result, gint row, gint first) G_GNUC_WARN_UNUSED_RESULT;
