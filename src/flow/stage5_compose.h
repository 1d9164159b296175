/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Stage 5, compose: the draft as MIME (mailgen-templates(5), THE MAIL).
 */
#pragma once

#include "model/draft.h"

/* The exact bytes to sign, or the body of a mail that is not to be signed. Errors as
 * mg_compose_content(). (transfer full) */
GBytes *mg_stage5_compose(const MgDraft *draft, GError **error) G_GNUC_WARN_UNUSED_RESULT;
