/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "openpgp/seat.h"

#include "base/error.h"

MgSeat *mg_seat_new(const gchar *home)
{
    MgSeat *seat = g_new0(MgSeat, 1);

    seat->home = g_strdup(home);
    g_mutex_init(&seat->starting);
    return seat;
}

void mg_seat_free(MgSeat *seat)
{
    if (seat == NULL)
        return;
    g_mutex_clear(&seat->starting);
    g_free(seat->home);
    g_free(seat);
}

static gboolean make_test_signature(MgGpg *gpg, const MgSigningKey *key, gchar **fingerprint,
                                    GError **error)
{
    static const gchar text[] = "test signature\r\n";
    g_autoptr(GBytes) content = g_bytes_new_static(text, sizeof text - 1);
    g_autoptr(MgSignature) signature = NULL;
    g_autoptr(GError) cause = NULL;

    signature =
        mg_signature_make(gpg, key, content, MG_SIGNATURE_DETACHED, MG_AGENT_MAY_START, &cause);
    if (signature == NULL) {
        g_set_error(error, MG_ERROR, MG_ERROR_SETUP, "test signature with key %s: %s",
                    mg_signing_key_name(key), cause->message);
        return FALSE;
    }
    if (fingerprint != NULL)
        *fingerprint = g_steal_pointer(&signature->fingerprint);
    return TRUE;
}

gboolean mg_seat_start(MgSeat *seat, MgGpg *gpg, const MgSigningKey *key, gchar **fingerprint,
                       GError **error)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&seat->starting);

    if (!seat->started)
        seat->started = make_test_signature(gpg, key, fingerprint, error);
    return seat->started;
}
