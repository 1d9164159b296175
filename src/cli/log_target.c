/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "cli/log_target.h"

#define MG_LOGGER "intelmqmail.cb"
#include "base/log.h"
#include "base/log_file.h"
#include "base/log_journal.h"
#include "base/log_json.h"
#include "base/log_syslog.h"
#include "base/stop.h"

static MgLogWriter writer;
static MgLogFile *file; /* kept to the end: the thread that waits for SIGHUP has it */

/* Under systemd standard error is the journal already. */
static gboolean is_seen_there(void)
{
    return writer == mg_log_journal_write && g_getenv("JOURNAL_STREAM") != NULL;
}

static void write_out(MgLogLevel level, const gchar *logger, gint64 time_us, const gchar *message,
                      const MgLogField *fields, gpointer data)
{
    writer(level, logger, time_us, message, fields, data);
    if (level >= MG_LOG_CRITICAL && !is_seen_there()) {
        g_autofree gchar *line = mg_log_format(level, logger, time_us, message, fields);

        mg_log_write_to_stderr(line);
    }
}

static void reopen(gpointer data)
{
    g_autoptr(GError) error = NULL;

    if (mg_log_file_reopen(data, &error))
        mg_log_debug("SIGHUP: the log file was opened anew");
    else
        mg_log_error("Error: SIGHUP, but the log goes on in the old file: %s", error->message);
}

static gboolean open_file(const gchar *path, GError **error)
{
    file = mg_log_file_open(path, error);
    if (file == NULL)
        return FALSE;
    mg_stop_set_hangup(reopen, file);
    writer = mg_log_file_write;
    return TRUE;
}

static gboolean open_target(const MgLogSettings *settings, GError **error)
{
    switch (settings->target) {
    case MG_LOG_TARGET_JOURNALD:
        writer = mg_log_journal_write;
        return mg_log_journal_open(error);
    case MG_LOG_TARGET_SYSLOG:
        writer = mg_log_syslog_write;
        return mg_log_syslog_open(error);
    case MG_LOG_TARGET_FILE:
        return open_file(settings->file, error);
    case MG_LOG_TARGET_STDERR:
    default:
        return TRUE;
    }
}

gboolean mg_log_target_open(const MgLogSettings *settings, GError **error)
{
    if (!open_target(settings, error))
        return FALSE;
    mg_log_set_formatter(settings->format == MG_LOG_FORMAT_JSON ? mg_log_json_format_line : NULL);
    if (settings->target != MG_LOG_TARGET_STDERR)
        mg_log_set_writer(write_out, file);
    return TRUE;
}

gboolean mg_log_target_check(const MgLogSettings *settings, GError **error)
{
    g_autoptr(MgLogFile) tried = NULL;

    switch (settings->target) {
    case MG_LOG_TARGET_JOURNALD:
        return mg_log_journal_open(error);
    case MG_LOG_TARGET_SYSLOG:
        return mg_log_syslog_open(error);
    case MG_LOG_TARGET_FILE:
        tried = mg_log_file_open(settings->file, error);
        return tried != NULL;
    case MG_LOG_TARGET_STDERR:
    default:
        return TRUE;
    }
}
