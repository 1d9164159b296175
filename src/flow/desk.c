/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/desk.h"

#define MG_LOGGER "intelmqmail.cb"
#include "base/log.h"

#define PATIENCE (30 * G_USEC_PER_SEC)

struct MgDesk {
    MgConnection *connection;
    gint64 run_id;
    GMutex lock;    /* of the session, and of what follows */
    MgBegun *begun; /* (nullable) */
};

MgDesk *mg_desk_new(MgConnection *connection, gint64 run_id)
{
    MgDesk *desk = g_new0(MgDesk, 1);

    desk->connection = connection;
    desk->run_id = run_id;
    g_mutex_init(&desk->lock);
    return desk;
}

/* Intents that could not be withdrawn, as the database is away, are still of interest. */
void mg_desk_free(MgDesk *desk)
{
    if (desk == NULL)
        return;
    if (mg_connection_is_broken(desk->connection))
        mg_begun_leave(desk->begun);
    else
        mg_begun_free(desk->begun);
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

MgBegunSlot *mg_desk_take_slot(MgDesk *desk)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&desk->lock);

    if (desk->begun == NULL && desk->run_id != 0)
        desk->begun = mg_begun_new(desk->run_id);
    return mg_begun_take_slot(desk->begun);
}

gint64 mg_desk_run_id(const MgDesk *desk)
{
    return desk->run_id;
}
