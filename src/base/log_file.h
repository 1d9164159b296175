/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * The log in a file, which logrotate(8) may move away: it is then opened anew.
 *
 * A file is shared by the log, which writes, and by who learns that it was moved; both from any
 * thread.
 */
#pragma once

#include "base/log.h"

typedef struct MgLogFile MgLogFile;

/* Opens `path` for appending and makes it (mode 0640, less what the umask takes) where it is not
 * there. MG_ERROR_SETUP where that fails, or it is no regular file. */
MgLogFile *mg_log_file_open(const gchar *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void mg_log_file_free(MgLogFile *file);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgLogFile, mg_log_file_free)

/* Opens what now stands under the path. Where that fails, MG_ERROR_SETUP, and the log goes on in
 * the file that is open. */
gboolean mg_log_file_reopen(MgLogFile *file, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A MgLogWriter whose data is the MgLogFile. Each message is one write(2), so that the lines of
 * several processes do not mix. What cannot be written, on a full disk, goes to standard error. */
void mg_log_file_write(MgLogLevel level, const gchar *logger, gint64 time_us, const gchar *message,
                       const MgLogField *fields, gpointer file);
