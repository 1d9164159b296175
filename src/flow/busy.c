/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/busy.h"

#include "base/error.h"

#define PERIOD (60 * G_USEC_PER_SEC)

struct MgBusy {
    GMutex lock;
    const gchar *format; /* NULL: nothing is at work */
    MgGroup *group;
    gint64 since;
    gint64 n_told; /* periods */
};

MgBusy *mg_busy_new(void)
{
    MgBusy *busy = g_new0(MgBusy, 1);

    g_mutex_init(&busy->lock);
    return busy;
}

void mg_busy_free(MgBusy *busy)
{
    if (busy == NULL)
        return;
    g_clear_pointer(&busy->group, mg_group_unref);
    g_mutex_clear(&busy->lock);
    g_free(busy);
}

void mg_busy_begin(MgBusy *busy, const gchar *format, const MgGroup *group, gint64 now_us)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&busy->lock);

    g_assert(busy->format == NULL);
    busy->format = format;
    busy->group = mg_group_ref(group);
    busy->since = now_us;
    busy->n_told = 0;
}

void mg_busy_end(MgBusy *busy)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&busy->lock);

    busy->format = NULL;
    g_clear_pointer(&busy->group, mg_group_unref);
}

gchar *mg_busy_word(MgBusy *busy, gint64 now_us)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&busy->lock);
    g_autofree gchar *recipient = NULL;
    gint64 n_periods;

    if (busy->format == NULL)
        return NULL;
    n_periods = (now_us - busy->since) / PERIOD;
    if (n_periods <= busy->n_told)
        return NULL;
    busy->n_told = n_periods;
    recipient = mg_error_quote(busy->group->recipient_address);
    return g_strdup_printf("format %s has been busy for %" G_GINT64_FORMAT
                           " min with the group of recipient %s, directive %" G_GINT64_FORMAT,
                           busy->format, n_periods, recipient, busy->group->directive_ids[0]);
}
