/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * For this folder: is a text UTF-8, as all that is written into a mail must be?
 */
#pragma once

#include <glib.h>

/* MG_ERROR_GROUP where it is not; `what` names the text in the message, which shows the place. */
gboolean mg_utf8_check(const gchar *what, const gchar *text,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;
