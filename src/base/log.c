/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "base/log.h"

#include "base/clock.h"
#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

static GMutex lock;
static MgLogWriter current_writer;       /* under lock; NULL: standard error */
static gpointer writer_data;             /* under lock */
static MgLogWriter host_writer;          /* atomic */
static MgLogFormatter current_formatter; /* set before threads start; NULL: the standard */
static gchar *status_line;               /* under lock */
static gboolean is_coloured;             /* set before threads start */
static gint current_level = MG_LOG_INFO;

static const struct {
    const gchar *name;
    MgLogLevel level;
} level_names[] = {
    {"DEBUG", MG_LOG_DEBUG},    {"INFO", MG_LOG_INFO},         {"WARNING", MG_LOG_WARNING},
    {"ERROR", MG_LOG_ERROR},    {"CRITICAL", MG_LOG_CRITICAL}, {"WARN", MG_LOG_WARNING},
    {"FATAL", MG_LOG_CRITICAL},
};

void mg_log_set_level(MgLogLevel level)
{
    g_atomic_int_set(&current_level, (gint)level);
}

gboolean mg_log_enabled(MgLogLevel level)
{
    return (gint)level >= g_atomic_int_get(&current_level);
}

gboolean mg_log_level_from_name(const gchar *name, MgLogLevel *level)
{
    for (gsize i = 0; i < G_N_ELEMENTS(level_names); i++)
        if (g_ascii_strcasecmp(name, level_names[i].name) == 0) {
            *level = level_names[i].level;
            return TRUE;
        }
    return FALSE;
}

const gchar *mg_log_level_name(MgLogLevel level)
{
    for (gsize i = 0; i < G_N_ELEMENTS(level_names); i++)
        if (level_names[i].level == level)
            return level_names[i].name;
    g_assert_not_reached();
}

static const gchar *colour_of(MgLogLevel level)
{
    switch (level) {
    case MG_LOG_CRITICAL:
        return "\033[1;31m";
    case MG_LOG_ERROR:
        return "\033[31m";
    case MG_LOG_WARNING:
        return "\033[33m";
    case MG_LOG_INFO:
        return "\033[32m";
    case MG_LOG_DEBUG:
    default:
        return "\033[2m";
    }
}

/* No further line of a message may look like the first line of another: what scripts log or raise
 * often holds an event's text. */
static gchar *tame_message(const gchar *message)
{
    g_autofree gchar *tame = mg_error_tame(message);
    GString *text = g_string_new(NULL);

    for (const gchar *at = tame; *at != '\0'; at++) {
        g_string_append_c(text, *at);
        if (*at == '\n' && g_ascii_isdigit(at[1]))
            g_string_append(text, "    ");
    }
    return g_string_free(text, FALSE);
}

static gchar *format_line(MgLogLevel level, const gchar *logger, gint64 time_us,
                          const gchar *message, gboolean coloured)
{
    g_autofree gchar *date = mg_clock_format_local(time_us);
    g_autofree gchar *tame = tame_message(message);

    return g_strdup_printf("%s,%03d %s %s%s%s - %s\n", date, mg_clock_fraction(time_us) / 1000,
                           logger, coloured ? colour_of(level) : "", mg_log_level_name(level),
                           coloured ? "\033[0m" : "", tame);
}

gchar *mg_log_format_line(MgLogLevel level, const gchar *logger, gint64 time_us,
                          const gchar *message)
{
    return format_line(level, logger, time_us, message, FALSE);
}

void mg_log_set_coloured(gboolean coloured)
{
    is_coloured = coloured;
}

void mg_log_set_formatter(MgLogFormatter formatter)
{
    current_formatter = formatter;
}

gboolean mg_log_is_formatted(void)
{
    return current_formatter != NULL;
}

gchar *mg_log_format(MgLogLevel level, const gchar *logger, gint64 time_us, const gchar *message,
                     const MgLogField *fields)
{
    if (current_formatter != NULL)
        return current_formatter(level, logger, time_us, message, fields);
    return mg_log_format_line(level, logger, time_us, message);
}

/* One write(2) a message, so that lines of several processes do not mix. A log that cannot be
 * written is no reason to stop: there is nowhere left to say so. */
static void write_to_stderr(const gchar *text)
{
    gsize left = strlen(text);

    while (left > 0) {
        gssize written = write(STDERR_FILENO, text, left);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return;
        text += written;
        left -= (gsize)written;
    }
}

void mg_log_write_to_stderr(const gchar *line)
{
    g_autofree gchar *text = NULL;

    if (status_line == NULL) {
        write_to_stderr(line);
        return;
    }
    text = g_strconcat("\r\033[K", line, status_line, NULL);
    write_to_stderr(text);
}

static void write_default(MgLogLevel level, const gchar *logger, gint64 time_us,
                          const gchar *message, const MgLogField *fields)
{
    g_autofree gchar *line = is_coloured && current_formatter == NULL
                                 ? format_line(level, logger, time_us, message, TRUE)
                                 : mg_log_format(level, logger, time_us, message, fields);

    mg_log_write_to_stderr(line);
}

/* One message at a time. */
static void write_in_turn(MgLogLevel level, const gchar *logger, const gchar *message,
                          const MgLogField *fields)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&lock);

    if (current_writer != NULL)
        current_writer(level, logger, mg_clock_now(), message, fields, writer_data);
    else
        write_default(level, logger, mg_clock_now(), message, fields);
}

void mg_log_write(MgLogLevel level, const gchar *logger, const MgLogField *fields,
                  const gchar *format, ...)
{
    g_autofree gchar *message = NULL;
    MgLogWriter of_host = g_atomic_pointer_get(&host_writer);
    va_list arguments;

    if (!mg_log_enabled(level))
        return;
    va_start(arguments, format);
    message = g_strdup_vprintf(format, arguments);
    va_end(arguments);

    if (of_host != NULL)
        of_host(level, logger, mg_clock_now(), message, fields, NULL);
    else
        write_in_turn(level, logger, message, fields);
}

void mg_log_set_host_writer(MgLogWriter writer)
{
    g_atomic_pointer_set(&host_writer, writer);
}

void mg_log_set_writer(MgLogWriter writer, gpointer user_data)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&lock);

    current_writer = writer;
    writer_data = user_data;
}

void mg_log_set_status_line(const gchar *text)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&lock);
    g_autofree gchar *drawn = g_strconcat("\r\033[K", text, NULL);

    g_free(status_line);
    status_line = g_strdup(text);
    write_to_stderr(drawn);
}
