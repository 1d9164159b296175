/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * The log through syslog(3): facility mail, identifier intelmqcbmail.
 */
#pragma once

#include "base/log.h"

/* MG_ERROR_SETUP where nobody listens: syslog(3) would drop everything without a word. */
gboolean mg_log_syslog_open(GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A MgLogWriter without data. Date and host are the daemon's; a message of several lines becomes as
 * many messages, since daemons write control characters as #012. */
void mg_log_syslog_write(MgLogLevel level, const gchar *logger, gint64 time_us,
                         const gchar *message, const MgLogField *fields, gpointer unused);

/* The priority of RFC 5424 for a level: 7 DEBUG to 2 CRITICAL. */
gint mg_log_syslog_priority(MgLogLevel level);
