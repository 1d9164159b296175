/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "base/log_journal.h"

#include "base/error.h"
#include "base/log_syslog.h"

#define SOCKET "/run/systemd/journal/socket"

#if MG_WITH_JOURNAL
#define SD_JOURNAL_SUPPRESS_LOCATION /* each message would name this very file */
#include <errno.h>
#include <string.h>
#include <sys/uio.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

gboolean mg_log_journal_open(GError **error)
{
    if (access(SOCKET, W_OK) == 0)
        return TRUE;
    g_set_error(error, MG_ERROR, MG_ERROR_SETUP,
                "the journal's socket " SOCKET " cannot be written: %s\nHINT: choose another "
                "log.target where systemd-journald does not run",
                g_strerror(errno));
    return FALSE;
}

static gchar *journal_field(const MgLogField *field)
{
    g_autofree gchar *name = g_ascii_strup(field->key, -1);
    gboolean is_taken = g_str_equal(name, "MESSAGE_ID");

    return g_strdup_printf("%s%s=%s", is_taken ? "MAIL_" : "", name, field->value);
}

static GPtrArray *collect(MgLogLevel level, const gchar *logger, const gchar *message,
                          const MgLogField *fields)
{
    GPtrArray *texts = g_ptr_array_new_with_free_func(g_free);

    g_ptr_array_add(texts, g_strdup_printf("MESSAGE=%s", message));
    g_ptr_array_add(texts, g_strdup_printf("PRIORITY=%d", mg_log_syslog_priority(level)));
    g_ptr_array_add(texts, g_strdup("SYSLOG_IDENTIFIER=intelmqcbmail"));
    g_ptr_array_add(texts, g_strdup_printf("LOGGER=%s", logger));
    for (; fields != NULL && fields->key != NULL; fields++)
        if (fields->value != NULL)
            g_ptr_array_add(texts, journal_field(fields));
    return texts;
}

void mg_log_journal_write(MgLogLevel level, const gchar *logger, gint64 time_us,
                          const gchar *message, const MgLogField *fields, gpointer unused)
{
    g_autoptr(GPtrArray) texts = collect(level, logger, message, fields);
    g_autofree struct iovec *vectors = g_new(struct iovec, texts->len);

    for (guint i = 0; i < texts->len; i++)
        vectors[i] = (struct iovec){texts->pdata[i], strlen(texts->pdata[i])};
    if (sd_journal_sendv(vectors, (int)texts->len) < 0) {
        g_autofree gchar *line = mg_log_format(level, logger, time_us, message, fields);

        mg_log_write_to_stderr(line);
    }
}

#else

gboolean mg_log_journal_open(GError **error)
{
    g_set_error(error, MG_ERROR, MG_ERROR_SETUP,
                "log.target is journald, but this program was built without it\nHINT: choose "
                "another log.target; standard error of a service is in the journal as well");
    return FALSE;
}

void mg_log_journal_write(MgLogLevel level, const gchar *logger, gint64 time_us,
                          const gchar *message, const MgLogField *fields, gpointer unused)
{
    g_assert_not_reached();
}

#endif
