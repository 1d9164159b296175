/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Before the stages: which groups of directives are pending (contract 3).
 */
#pragma once

#include "database/connection.h"
#include "model/group.h"

/* All pending groups, in the order of their columns, without those that a delivery intent covers.
 * Takes no lock. A mistake in the administrator's additional_directive_where is MG_ERROR_SETUP and
 * shows the text and PostgreSQL's message. (transfer full) (element-type MgGroup) */
GPtrArray *mg_pending_list(MgConnection *connection, const gchar *additional_directive_where,
                           GError **error);
