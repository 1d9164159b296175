/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "database/intent.h"

#include "database/support.h"

gboolean mg_intent_is_supported(MgConnection *connection, gboolean *supported, GError **error)
{
    return mg_support_ask(connection, "delivery_intents", &connection->intents, supported, error);
}
