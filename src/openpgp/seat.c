/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "openpgp/seat.h"

#include "base/error.h"

MgSeat *mg_seat_new(const gchar *home, const gchar *shown_home)
{
    MgSeat *seat = g_new0(MgSeat, 1);

    seat->home = g_strdup(home);
    seat->shown_home = g_strdup(shown_home);
    g_mutex_init(&seat->starting);
    return seat;
}

void mg_seat_free(MgSeat *seat)
{
    if (seat == NULL)
        return;
    g_mutex_clear(&seat->starting);
    g_free(seat->home);
    g_free(seat->shown_home);
    g_free(seat);
}

MgGpg *mg_seat_gpg(const MgSeat *seat, GError **error)
{
    return mg_gpg_new(seat->home, seat->shown_home, error);
}

/* Only who holds the lock may start the agent: gpgs that do it together make each other fail. Tried
 * twice, for an agent that was killed, which gpg notices but once and then starts anew. */
static MgSignature *sign_alone(MgGpg *gpg, const MgSigningKey *key, GBytes *content,
                               MgSignatureForm form, GError **error)
{
    MgSignature *signature = mg_signature_make(gpg, key, content, form, MG_AGENT_MAY_START, NULL);

    if (signature != NULL)
        return signature;
    return mg_signature_make(gpg, key, content, form, MG_AGENT_MAY_START, error);
}

gboolean mg_seat_start(MgSeat *seat, MgGpg *gpg, const MgSigningKey *key, MgSignature **first,
                       GError **error)
{
    static const gchar text[] = "test signature\r\n";
    g_autoptr(GBytes) content = g_bytes_new_static(text, sizeof text - 1);
    g_autoptr(MgSignature) signature = NULL;
    g_autoptr(GError) cause = NULL;
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&seat->starting);

    if (seat->started)
        return TRUE;
    signature = sign_alone(gpg, key, content, MG_SIGNATURE_DETACHED, &cause);
    if (signature == NULL) {
        g_set_error(error, MG_ERROR, MG_ERROR_SETUP, "test signature with key %s: %s",
                    mg_signing_key_name(key), cause->message);
        return FALSE;
    }
    if (first != NULL)
        *first = g_steal_pointer(&signature);
    seat->started = TRUE;
    return TRUE;
}

/* The first try does without the lock. Those after it also help where a service manager stops gpg
 * together with us while what is in hand shall be finished. */
MgSignature *mg_seat_sign(MgSeat *seat, MgGpg *gpg, const MgSigningKey *key, GBytes *content,
                          MgSignatureForm form, GError **error)
{
    MgSignature *signature = mg_signature_make(gpg, key, content, form, MG_AGENT_RUNS, NULL);
    g_autoptr(GMutexLocker) locker = NULL;

    if (signature != NULL)
        return signature;
    locker = g_mutex_locker_new(&seat->starting);
    return sign_alone(gpg, key, content, form, error);
}
