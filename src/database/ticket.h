/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Ticket numbers: YYYYMMDD-NNNNNNNN, the day in UTC (contract 4, 9.3).
 */
#pragma once

#include "database/connection.h"

#define MG_TICKET_LENGTH 17

/* A number that nobody else gets, whatever is rolled back afterwards: drawn and committed on this
 * connection, which must be outside a transaction. The first of a day restarts the sequence.
 * MG_ERROR_RUN where ticket_day lies in the future or is missing. (transfer full) */
gchar *mg_ticket_draw(MgConnection *connection, GError **error);

/* The number that mg_ticket_draw() would give, without drawing it: for dry runs. (transfer full) */
gchar *mg_ticket_peek(MgConnection *connection, GError **error);
