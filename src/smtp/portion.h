/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Servers that take only so many recipients, or only those of one domain, in one transaction, and
 * say 4xx to all others (RFC 5321 section 4.5.3.1.10): who is to be asked again in a transaction
 * further on.
 *
 * Pure, for any thread. `tos` are the recipients of the transaction that `dialogue` overheard.
 */
#pragma once

#include "smtp/dialogue.h"

/* Whether the recipient at `position` was refused only after another one was taken, and by an
 * answer that may mean: not together with so many, or with these. Without the others it may be
 * taken. Whoever was refused before any was taken was as good as alone. */
gboolean mg_portion_is_turned_away(const MgDialogue *dialogue, guint position);

/* Those of whom that holds. NULL: none. (transfer full) */
gchar **mg_portion_turned_away(const MgDialogue *dialogue, gchar *const *tos);

/* Those who were taken. NULL: none. (transfer full) */
gchar **mg_portion_taken(const MgDialogue *dialogue, gchar *const *tos);

/* DATA was refused, and recipients were turned away before: some servers (Exim's
 * recipients_max_reject) want to have nothing of a mail with so many. Those who were taken may have
 * it in a transaction of their own. */
gboolean mg_portion_is_refused_for_number(const MgDialogue *dialogue);
