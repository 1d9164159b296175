/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "openpgp/direct_signer.h"

#include "base/error.h"
#include "openpgp/key_holder.h"

#include <string.h>

/* After so many failures in a row gpg does it for the rest of the run. */
#define MOST_FAILURES 3

struct MgDirectSigner {
    const MgDirectProof *proof;
    gchar *key_file; /* NULL: the agent signs */
    MgAgent *agent;  /* NULL: a key holder signs */
    GMutex lock;     /* for all below */
    MgKeyHolder *holder;
    MgAssuan *connection; /* to the agent */
    guint n_failures;     /* in a row */
};

static MgDirectSigner *signer_new(const MgDirectProof *proof)
{
    MgDirectSigner *signer = g_new0(MgDirectSigner, 1);

    signer->proof = proof;
    g_mutex_init(&signer->lock);
    return signer;
}

MgDirectSigner *mg_direct_signer_new_holder(const MgDirectProof *proof, const gchar *key_file)
{
    MgDirectSigner *signer = signer_new(proof);

    signer->key_file = g_strdup(key_file);
    return signer;
}

MgDirectSigner *mg_direct_signer_new_agent(const MgDirectProof *proof, MgAgent *agent)
{
    MgDirectSigner *signer = signer_new(proof);

    signer->agent = agent;
    return signer;
}

static void disconnect(MgDirectSigner *signer)
{
    g_clear_pointer(&signer->holder, mg_key_holder_free);
    g_clear_pointer(&signer->connection, mg_assuan_free);
}

void mg_direct_signer_free(MgDirectSigner *signer)
{
    if (signer == NULL)
        return;
    disconnect(signer);
    g_mutex_clear(&signer->lock);
    g_free(signer->key_file);
    g_free(signer);
}

static MgAssuan *connection_of(MgDirectSigner *signer)
{
    return signer->holder != NULL ? mg_key_holder_assuan(signer->holder) : signer->connection;
}

/* Three commands in one write, so that there is one round trip. */
static GBytes *complete(MgDirectSigner *signer, GBytes *content, guint32 time, GError **error)
{
    const MgSignatureTemplate *template = signer->proof->template;
    g_autoptr(GBytes) digest = mg_signature_packet_digest(template->packet, content, time);
    g_autoptr(GString) commands = g_string_new(NULL);
    g_autoptr(GBytes) answer = NULL;
    gsize size = 0;
    const guint8 *bytes = g_bytes_get_data(digest, &size);

    g_string_printf(commands, "SIGKEY %s\nSETHASH %u ", signer->proof->keygrip,
                    template->packet->digest);
    for (gsize i = 0; i < size; i++)
        g_string_append_printf(commands, "%02X", bytes[i]);
    g_string_append(commands, "\nPKSIGN");
    answer = mg_assuan_ask(connection_of(signer), commands->str, FALSE, error);
    if (answer == NULL)
        return NULL;
    return mg_signature_template_complete(template, time, digest, answer, error);
}

/* The schemes are deterministic, so equal bytes prove that gpg.conf holds and that it is this
 * key. */
static gboolean prove(MgDirectSigner *signer, GError **error)
{
    const MgDirectProof *proof = signer->proof;
    g_autoptr(GBytes) made = complete(signer, proof->content, proof->template->packet->time, error);

    if (made == NULL || g_bytes_equal(made, proof->armored))
        return made != NULL;
    g_set_error(error, MG_ERROR, MG_ERROR_GROUP, "its signature is not the one that gpg makes");
    return FALSE;
}

/* A card has a PIN and a mind of its own: that is for gpg. */
static gboolean has_key_on_disk(MgDirectSigner *signer, GError **error)
{
    g_autofree gchar *question = g_strconcat("KEYINFO ", signer->proof->keygrip, NULL);
    g_autoptr(GBytes) answer = mg_assuan_ask(signer->connection, question, TRUE, error);
    gsize size = 0;
    const gchar *bytes = answer != NULL ? g_bytes_get_data(answer, &size) : NULL;
    g_autofree gchar *text = g_strndup(bytes != NULL ? bytes : "", size);
    g_auto(GStrv) words = g_strsplit(text, " ", 4);

    if (answer == NULL)
        return FALSE;
    if (g_strv_length(words) >= 3 && g_str_equal(words[2], "D"))
        return TRUE;
    g_set_error(error, MG_ERROR, MG_ERROR_GROUP, "the key is on a card");
    return FALSE;
}

static gboolean connect_agent(MgDirectSigner *signer, GError **error)
{
    g_autoptr(GBytes) answer = NULL;

    signer->connection = mg_agent_connect(signer->agent->home, error);
    if (signer->connection == NULL)
        return FALSE;
    answer = mg_assuan_ask(signer->connection, "OPTION pinentry-mode=error", FALSE, error);
    return answer != NULL && has_key_on_disk(signer, error);
}

static gboolean connect_any(MgDirectSigner *signer, GError **error)
{
    if (signer->holder != NULL && !mg_key_holder_is_current(signer->holder))
        disconnect(signer);
    if (connection_of(signer) != NULL)
        return TRUE;
    if (signer->agent != NULL) {
        if (connect_agent(signer, error) && prove(signer, error))
            return TRUE;
    } else {
        signer->holder = mg_key_holder_new(signer->key_file, signer->proof->keygrip, error);
        if (signer->holder != NULL && prove(signer, error))
            return TRUE;
    }
    disconnect(signer);
    return FALSE;
}

/* Twice, for a process that was killed since. */
static GBytes *sign_locked(MgDirectSigner *signer, GBytes *content, guint32 time, GError **error)
{
    gboolean was_connected = connection_of(signer) != NULL;
    GBytes *armored;

    if (!connect_any(signer, error))
        return NULL;
    armored = complete(signer, content, time, was_connected ? NULL : error);
    if (armored != NULL)
        return armored;
    disconnect(signer);
    if (!was_connected || !connect_any(signer, error))
        return NULL;
    armored = complete(signer, content, time, error);
    if (armored == NULL)
        disconnect(signer);
    return armored;
}

GBytes *mg_direct_signer_sign(MgDirectSigner *signer, GBytes *content, guint32 time, GError **error)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&signer->lock);
    GBytes *armored = sign_locked(signer, content, time, error);

    signer->n_failures = armored != NULL ? 0 : signer->n_failures + 1;
    return armored;
}

gboolean mg_direct_signer_has_given_up(MgDirectSigner *signer)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&signer->lock);

    return signer->n_failures >= MOST_FAILURES;
}

GPid mg_direct_signer_holder_pid(MgDirectSigner *signer)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&signer->lock);

    return signer->holder != NULL ? mg_key_holder_pid(signer->holder) : 0;
}
