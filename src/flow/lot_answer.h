/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Stage 2 of a lot, once a format has answered: what the answer makes of its group. It is
 * postponed, has to be alone, becomes several smaller groups, or goes on to stage 3. For notify.c.
 */
#pragma once

#include "flow/lot.h"

/* Of a group that was divided into mails which a format has made already: they are its answer, and
 * no format is asked. FALSE where it is another. */
gboolean mg_lot_answer_is_known(MgLotEntry *entry);

/* Follows the entry's decision; its group may have left its lot afterwards. FALSE where the format
 * passes the group on: its decision is gone, and the question is for the formats after it. */
gboolean mg_lot_answer_follow(MgLot *lot, MgLotEntry *entry);

/* The group's answer is a request: stages 3 and 4 are for it. */
gboolean mg_lot_answer_is_request(const MgLotEntry *entry);

/* After stage 3: passes on, as above, a group whose only event cannot be the report that is asked
 * for, where the format leaves such to the next. FALSE, and nothing is done, where it is not so. */
gboolean mg_lot_answer_pass_on(MgLotEntry *entry);
