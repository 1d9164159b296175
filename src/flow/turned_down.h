/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * After stage 8: groups that were refused for good are noted, so that the operator can set aside
 * what is refused run after run (database/refused.h); those that came through are forgotten there.
 */
#pragma once

#include "database/connection.h"
#include "flow/summary.h"
#include "model/group.h"

typedef struct MgTurnedDown MgTurnedDown;

MgTurnedDown *mg_turned_down_new(void);
void mg_turned_down_free(MgTurnedDown *turned_down);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgTurnedDown, mg_turned_down_free)

/* How `group` has left its lot; `failure` (nullable) where it has failed, else not looked at.
 * Refused for good is a failure that says so (base/error.h), or one of a group whose recipient is
 * no address, whatever it says: a format script may have hidden the reason. A group that did not
 * get as far as an answer of the mail server is neither noted nor forgotten. Both must live as long
 * as `turned_down`. */
void mg_turned_down_add(MgTurnedDown *turned_down, const MgGroup *group, MgLeft how,
                        const GError *failure);

/* Writes it down on `connection`, which is in no transaction. Only a warning is logged where that
 * fails: the mails are not concerned. */
void mg_turned_down_note(const MgTurnedDown *turned_down, MgConnection *connection, gint64 run_id);
