/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/desk.h"

#define MG_LOGGER "intelmqmail.cb"
#include "base/log.h"

#define PATIENCE (30 * G_USEC_PER_SEC)

struct MgDesk {
    MgConnection *connection;
    gint64 run_id;
    GMutex lock;
};

MgDesk *mg_desk_new(MgConnection *connection, gint64 run_id)
{
    MgDesk *desk = g_new0(MgDesk, 1);

    desk->connection = connection;
    desk->run_id = run_id;
    g_mutex_init(&desk->lock);
    return desk;
}

void mg_desk_free(MgDesk *desk)
{
    if (desk == NULL)
        return;
    g_mutex_clear(&desk->lock);
    g_free(desk);
}

MgConnection *mg_desk_open(MgDesk *desk)
{
    g_autoptr(GError) failure = NULL;

    g_mutex_lock(&desk->lock);
    if (mg_connection_is_broken(desk->connection) && !mg_connection_is_borrowed(desk->connection) &&
        !mg_connection_reopen_within(desk->connection, PATIENCE, &failure))
        mg_log_warning("the database stays away: %s", failure->message);
    return desk->connection;
}

void mg_desk_close(MgDesk *desk)
{
    g_mutex_unlock(&desk->lock);
}

gint64 mg_desk_run_id(const MgDesk *desk)
{
    return desk->run_id;
}
