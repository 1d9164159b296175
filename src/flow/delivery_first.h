/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * The mails of one group delivered for the first time: which of them decides, and what follows from
 * the failure of each. Made again: delivery_again.h; by a script's own send():
 * delivery_by_script.h.
 *
 * A directive is marked if and only if a mail that marks it was accepted. What is sent after the
 * mails that mark is a copy, which harms nothing but itself.
 */
#pragma once

#include "flow/delivery_mail.h"

/* Before the intents: the order in which the mails go out, and which directives each of them marks.
 * A copy that went out before the mails that mark would go out again with each attempt, as long as
 * these fail. */
void mg_delivery_first_arrange(const MgMailing *mailing);

/* Whether one of its mails is a script's own to send, so that nobody knows how long it takes: its
 * group wants to be alone. */
gboolean mg_delivery_first_has_own_send(const GPtrArray *notifications);

/* Stage 7, one mail after the other, the intents being written. What was accepted, settled and is
 * owed is in the mailing's record afterwards, whatever is returned. TRUE where every mail that
 * marks was accepted; a failed copy is logged and counted. Else FALSE:
 *   MG_ERROR_GROUP            a mail that marks was refused; other parts may have been accepted. It is
 *                             about size only where no part was refused for another reason
 *   MG_ERROR_RETRY            may be begun again where mg_delivery_first_has_accepted() says no
 *   MG_ERROR_RUN              no further mail will fare better
 *   MG_ERROR_UNKNOWN_OUTCOME  the intents stay, the next run settles them */
gboolean mg_delivery_first_send(const MgMailing *mailing, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether a mail of the group was accepted: it must not be begun again. */
gboolean mg_delivery_first_has_accepted(const MgMailing *mailing);

/* The directives of the parts that were refused for their size. (transfer full): of gint64,
 * ascending */
GArray *mg_delivery_first_too_large(const MgMailing *mailing);
