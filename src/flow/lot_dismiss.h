/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Stage 8 of a lot, once it is recorded: every group of it leaves, and what became of it is logged,
 * told and counted. For notify.c.
 */
#pragma once

#include "flow/lot.h"

/* The worker's session is in no transaction. A group whose mails could not be recorded has failed,
 * and the lot's `end` says why no further one will fare better. Groups that are put back or divided
 * do not leave. */
void mg_lot_dismiss(MgLot *lot);
