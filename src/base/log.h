/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * The log: one line a message, `2026-11-20 09:00:02,123 intelmqmail.cb ERROR - message`
 * (intelmq-mailgen.conf(5), Log).
 *
 * May be called from any thread. A file that logs defines MG_LOGGER before it includes this header,
 * for example "intelmqmail.cb": operators filter by that name. Passwords, key material and mail
 * contents are never logged; foreign text only after mg_error_quote().
 */
#pragma once

#include <glib.h>

typedef enum {
    MG_LOG_DEBUG = 10, /* the numbers are those of Python's logging module */
    MG_LOG_INFO = 20,
    MG_LOG_WARNING = 30,
    MG_LOG_ERROR = 40,
    MG_LOG_CRITICAL = 50,
} MgLogLevel;

/* A fact beside the message for targets that keep facts apart (journal, JSON); an array of them
 * ends with a NULL key. Keys are lower case: ticket, recipient, directive_ids, event_ids,
 * message_id. */
typedef struct {
    const gchar *key;
    const gchar *value;
} MgLogField;

#define mg_log_debug(...) mg_log_write(MG_LOG_DEBUG, MG_LOGGER, NULL, __VA_ARGS__)
#define mg_log_info(...) mg_log_write(MG_LOG_INFO, MG_LOGGER, NULL, __VA_ARGS__)
#define mg_log_warning(...) mg_log_write(MG_LOG_WARNING, MG_LOGGER, NULL, __VA_ARGS__)
#define mg_log_error(...) mg_log_write(MG_LOG_ERROR, MG_LOGGER, NULL, __VA_ARGS__)
#define mg_log_critical(...) mg_log_write(MG_LOG_CRITICAL, MG_LOGGER, NULL, __VA_ARGS__)

/* One message; `fields` (nullable) end with a NULL key. Use the macros where there are none. */
void mg_log_write(MgLogLevel level, const gchar *logger, const MgLogField *fields,
                  const gchar *format, ...) G_GNUC_PRINTF(4, 5);

/* Messages below `level` are dropped; INFO until set. */
void mg_log_set_level(MgLogLevel level);
gboolean mg_log_enabled(MgLogLevel level);

/* "DEBUG" … "CRITICAL" in either case, also Python's "WARN" and "FATAL". FALSE where `name` is
 * none. */
gboolean mg_log_level_from_name(const gchar *name, MgLogLevel *level);
const gchar *mg_log_level_name(MgLogLevel level);

/* Where messages go. The default writes to standard error. The writer is called under the log's
 * lock, one message at a time; it must not log. NULL brings the default back. `time_us`:
 * microseconds since the epoch. */
typedef void (*MgLogWriter)(MgLogLevel level, const gchar *logger, gint64 time_us,
                            const gchar *message, const MgLogField *fields, gpointer user_data);
void mg_log_set_writer(MgLogWriter writer, gpointer user_data);

/* Where another program hosts this one, all messages go to its log. This writer is called without
 * the log's lock, from several threads at once: it may wait for locks of its own. For good; any
 * thread, waits for nothing. */
void mg_log_set_host_writer(MgLogWriter writer);

/* How a message becomes a line, with its final line break (transfer full); NULL is
 * mg_log_format_line(). Before threads start. Writers ask mg_log_format(). */
typedef gchar *(*MgLogFormatter)(MgLogLevel level, const gchar *logger, gint64 time_us,
                                 const gchar *message, const MgLogField *fields);
void mg_log_set_formatter(MgLogFormatter formatter);
gchar *mg_log_format(MgLogLevel level, const gchar *logger, gint64 time_us, const gchar *message,
                     const MgLogField *fields);
/* Whether a formatter other than the standard one is set: its lines carry time and level. */
gboolean mg_log_is_formatted(void);

/* Whether levels have colours on standard error, for a terminal. Before threads start. */
void mg_log_set_coloured(gboolean coloured);

/* For writers: a line to standard error, the status line left below it. */
void mg_log_write_to_stderr(const gchar *line);

/* The line of text that the standard format gives, with a final line break. (transfer full) */
gchar *mg_log_format_line(MgLogLevel level, const gchar *logger, gint64 time_us,
                          const gchar *message);

/* A line that stays below the log on a terminal, such as progress: drawn again after each message.
 * NULL takes it away. Only for standard error being a terminal; the caller has checked. */
void mg_log_set_status_line(const gchar *text);
