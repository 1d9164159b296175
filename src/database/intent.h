/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Delivery intents: what is about to be delivered, durable before the final dot goes out, so that a
 * crash cannot lead to a second mail under another number (contract 9, the promise, 1 and 2).
 *
 * An intent whose run is alive is in hand; one whose run is gone is uncertain. Intents are written
 * on the worker's second connection, since the first holds the claim's transaction open.
 */
#pragma once

#include "database/connection.h"
#include "model/group.h"
#include "model/mail.h"

/* FALSE, without error, where the database lacks the table or the privileges (contract 9.8). */
gboolean mg_intent_is_supported(MgConnection *connection, gboolean *supported, GError **error);
