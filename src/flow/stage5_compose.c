/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/stage5_compose.h"

#include "mime/compose.h"

GBytes *mg_stage5_compose(const MgDraft *draft, GError **error)
{
    return mg_compose_content(draft, error);
}
