/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "base/log_syslog.h"

#include "base/error.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

#define SOCKET "/dev/log"

gint mg_log_syslog_priority(MgLogLevel level)
{
    switch (level) {
    case MG_LOG_DEBUG:
        return LOG_DEBUG;
    case MG_LOG_INFO:
        return LOG_INFO;
    case MG_LOG_WARNING:
        return LOG_WARNING;
    case MG_LOG_ERROR:
        return LOG_ERR;
    case MG_LOG_CRITICAL:
        return LOG_CRIT;
    default: /* Python allows numbers between */
        return level < MG_LOG_ERROR ? LOG_NOTICE : LOG_CRIT;
    }
}

/* Datagram as today's daemons have it, stream as the protocol once allowed. */
static gboolean somebody_listens(void)
{
    const struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = SOCKET};
    static const int types[] = {SOCK_DGRAM, SOCK_STREAM};

    for (gsize i = 0; i < G_N_ELEMENTS(types); i++) {
        int fd = socket(AF_UNIX, types[i] | SOCK_CLOEXEC, 0);
        gboolean connected =
            fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof address) == 0;
        int reason = errno;

        if (fd >= 0)
            close(fd);
        errno = reason;
        if (connected)
            return TRUE;
        if (reason != EPROTOTYPE)
            break;
    }
    return FALSE;
}

gboolean mg_log_syslog_open(GError **error)
{
    if (!somebody_listens()) {
        g_set_error(error, MG_ERROR, MG_ERROR_SETUP,
                    "nobody listens to syslog at " SOCKET ": %s\nHINT: start a syslog daemon, or "
                    "choose another log.target",
                    g_strerror(errno));
        return FALSE;
    }
    openlog("intelmqcbmail", LOG_PID | LOG_NDELAY, LOG_MAIL);
    return TRUE;
}

void mg_log_syslog_write(MgLogLevel level, const gchar *logger, gint64 time_us,
                         const gchar *message, const MgLogField *fields, gpointer unused)
{
    g_autofree gchar *text = NULL;
    g_autofree gchar *tame = NULL;
    g_auto(GStrv) lines = NULL;

    if (mg_log_is_formatted())
        text = mg_log_format(level, logger, time_us, message, fields);
    else
        text = g_strdup_printf("%s %s - %s", logger, mg_log_level_name(level), message);
    tame = mg_error_tame(text); /* not every daemon escapes what it writes into its file */
    lines = g_strsplit(tame, "\n", -1);
    for (gchar **line = lines; *line != NULL; line++)
        if (**line != '\0')
            syslog(mg_log_syslog_priority(level), "%s", *line);
}
