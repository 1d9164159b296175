/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/turned_down.h"

#define MG_LOGGER "intelmqmail.cb"
#include "base/error.h"
#include "base/log.h"
#include "database/refused.h"
#include "mime/address.h"

struct MgTurnedDown {
    GArray *notes;   /* of MgRefusedNote */
    GArray *through; /* of gint64 */
};

MgTurnedDown *mg_turned_down_new(void)
{
    MgTurnedDown *turned_down = g_new0(MgTurnedDown, 1);

    turned_down->notes = g_array_new(FALSE, FALSE, sizeof(MgRefusedNote));
    turned_down->through = g_array_new(FALSE, FALSE, sizeof(gint64));
    return turned_down;
}

void mg_turned_down_free(MgTurnedDown *turned_down)
{
    if (turned_down == NULL)
        return;
    g_array_unref(turned_down->notes);
    g_array_unref(turned_down->through);
    g_free(turned_down);
}

static gboolean is_for_good(const MgGroup *group, const GError *failure)
{
    g_auto(GStrv) addresses = NULL;

    if (mg_error_is_for_good(failure))
        return TRUE;
    addresses = mg_address_list(group->recipient_address, NULL);
    return addresses == NULL;
}

void mg_turned_down_add(MgTurnedDown *turned_down, const MgGroup *group, MgLeft how,
                        const GError *failure)
{
    if (how == MG_LEFT_FAILED && is_for_good(group, failure)) {
        const MgRefusedNote note = {group, failure->message};
        g_array_append_val(turned_down->notes, note);
    } else if (group->refused_id != 0 &&
               (how == MG_LEFT_SENT || (how == MG_LEFT_FAILED && mg_error_may_pass(failure)))) {
        g_array_append_val(turned_down->through, group->refused_id);
    }
}

void mg_turned_down_note(const MgTurnedDown *turned_down, MgConnection *connection, gint64 run_id)
{
    g_autoptr(GError) failure = NULL;

    if (!mg_refused_note(connection, run_id, (const MgRefusedNote *)turned_down->notes->data,
                         turned_down->notes->len, &failure) ||
        !mg_refused_forget(connection, run_id, (const gint64 *)turned_down->through->data,
                           turned_down->through->len, &failure))
        mg_log_warning("which groups were refused is not noted: %s", failure->message);
}
