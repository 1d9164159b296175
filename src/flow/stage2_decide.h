/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Stage 2, decide: which format answers for the group? (mailgen-formats(5))
 */
#pragma once

#include "flow/busy.h"
#include "formats/format.h"

/* The first answer other than "not mine", from the question's `first_format` and `first_rule` on. A
 * script's exception is logged and the next format asked; a failure of a format written as data is
 * final. MG_ERROR_GROUP where nobody answers. `formats`: of MgFormat, in the order in which they
 * are asked; while one is, it stands in `busy`. `is_quiet`: nothing is logged. */
MgDecision *mg_stage2_decide(const GPtrArray *formats, const MgQuestion *question, MgBusy *busy,
                             gboolean is_quiet, GError **error) G_GNUC_WARN_UNUSED_RESULT;
