/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * The log in systemd's journal, with its native fields:
 *
 *     journalctl -t intelmqcbmail TICKET=20261120-10000001
 *
 * MESSAGE, PRIORITY, SYSLOG_IDENTIFIER, LOGGER, and the fields of a message in upper case: TICKET,
 * RECIPIENT, DIRECTIVE_IDS, EVENT_IDS, QUEUE_ID; `message_id` as MAIL_MESSAGE_ID, since MESSAGE_ID
 * is the journal's own and means another thing.
 */
#pragma once

#include "base/log.h"

/* MG_ERROR_SETUP where no journal is there, which the journal's library passes over in silence; or
 * where the program was built without it. */
gboolean mg_log_journal_open(GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A MgLogWriter without data. What the journal refuses goes to standard error. */
void mg_log_journal_write(MgLogLevel level, const gchar *logger, gint64 time_us,
                          const gchar *message, const MgLogField *fields, gpointer unused);
