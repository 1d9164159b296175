/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/stage5_compose.h"

#include "mime/compose.h"

GBytes *mg_stage5_compose(const MgDraft *draft, gboolean is_signed, GError **error)
{
    return mg_compose_content(draft, is_signed, error);
}
