/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * A desk: the database session for what must be committed by itself while a claim's transaction is
 * open, ticket numbers and delivery intents. Several workers share one, a call at a time, since a
 * session is dear and is needed twice a lot only.
 */
#pragma once

#include "database/connection.h"
#include "flow/begun.h"

typedef struct MgDesk MgDesk;

/* `connection` (transfer none) must outlive it, and be used by others only between mg_desk_open()
 * and mg_desk_close(). `run_id`: whose the intents are; 0 where the database keeps none. */
MgDesk *mg_desk_new(MgConnection *connection, gint64 run_id);
void mg_desk_free(MgDesk *desk);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgDesk, mg_desk_free)

/* The session, for the caller alone until mg_desk_close(). One that broke is opened again, which
 * may take half a minute; where that fails the session is broken, as its next use tells. */
MgConnection *mg_desk_open(MgDesk *desk);
void mg_desk_close(MgDesk *desk);

/* A further worker's, for what it begins of its lots. (nullable): the database keeps no intents, or
 * nothing can be proven. (transfer none) */
MgBegunSlot *mg_desk_take_slot(MgDesk *desk);

/* 0 where the database keeps no intents. */
gint64 mg_desk_run_id(const MgDesk *desk);
