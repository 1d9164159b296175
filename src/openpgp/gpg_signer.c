/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "openpgp/gpg_signer.h"

#include "base/error.h"

#include <string.h>

struct MgGpgSigner {
    MgAgent *agent;
    MgGpg *gpg;
    const MgSigningKey *key;
};

MgGpgSigner *mg_gpg_signer_new(MgAgent *agent, GError **error)
{
    g_autoptr(MgGpgSigner) signer = g_new0(MgGpgSigner, 1);

    signer->agent = agent;
    signer->gpg = mg_gpg_new(agent->home, agent->shown_home, error);
    return signer->gpg != NULL ? g_steal_pointer(&signer) : NULL;
}

void mg_gpg_signer_free(MgGpgSigner *signer)
{
    if (signer == NULL)
        return;
    mg_gpg_free(signer->gpg);
    g_free(signer);
}

MgGpg *mg_gpg_signer_gpg(MgGpgSigner *signer)
{
    return signer->gpg;
}

void mg_gpg_signer_set_key(MgGpgSigner *signer, const MgSigningKey *key)
{
    signer->key = key;
}

static MgSignature *make(MgGpgSigner *signer, GBytes *content, MgSignatureForm form,
                         MgSignatureAgent agent, GError **error)
{
    return mg_signature_make(signer->gpg, signer->key, content, form, agent, error);
}

/* Only who holds the lock may start the agent: gpgs that do it together make each other fail. Tried
 * twice, for an agent that was killed, which gpg notices but once and then starts anew. */
static MgSignature *sign_alone(MgGpgSigner *signer, GBytes *content, MgSignatureForm form,
                               GError **error)
{
    MgSignature *signature = make(signer, content, form, MG_SIGNATURE_AGENT_MAY_START, NULL);

    if (signature != NULL)
        return signature;
    return make(signer, content, form, MG_SIGNATURE_AGENT_MAY_START, error);
}

/* Several lines: an option such as passphrase-fd takes one of them away. */
GBytes *mg_gpg_signer_test_content(void)
{
    static const gchar text[] = "Content-Type: text/plain\r\n\r\nFrom a test signature \r\n"
                                "- with more\tthan one line\r\n";
    static GBytes *content;

    if (g_once_init_enter(&content))
        g_once_init_leave(&content, g_bytes_new_static(text, sizeof text - 1));
    return content;
}

static void blame(MgGpgSigner *signer, gboolean gpg_conf, const gchar *cause, GError **error)
{
    g_autofree gchar *home = mg_error_quote(signer->agent->shown_home);
    g_autofree gchar *hint = g_strdup_printf("\nHINT: mend gpg.conf in gnupg home %s", home);

    if (gpg_conf)
        g_set_error(error, MG_ERROR, MG_ERROR_SETUP, "gpg.conf cannot be used: %s%s", cause,
                    strchr(cause, '\n') == NULL ? hint : "");
    else
        g_set_error(error, MG_ERROR, MG_ERROR_SETUP, "test signature with key %s: %s",
                    mg_signing_key_name(signer->key), cause);
}

static MgSignature *make_test(MgGpgSigner *signer, GError **error)
{
    GBytes *content = mg_gpg_signer_test_content();
    g_autoptr(GError) cause = NULL;
    g_autoptr(MgSignature) test = sign_alone(signer, content, MG_SIGNATURE_DETACHED, &cause);

    if (test == NULL) {
        blame(signer, mg_signature_fails_by_options(signer->gpg, signer->key, content),
              cause->message, error);
        return NULL;
    }
    /* Some options make gpg sign something else, or with a digest that it does not accept. */
    if (!mg_gpg_verify(signer->gpg, content, test->armored, &cause)) {
        blame(signer, TRUE, cause->message, error);
        return NULL;
    }
    return g_steal_pointer(&test);
}

gboolean mg_gpg_signer_start(MgGpgSigner *signer, MgSignature **test, GError **error)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&signer->agent->starting);
    g_autoptr(MgSignature) made = NULL;

    if (!signer->agent->started) {
        made = make_test(signer, error);
        if (made == NULL)
            return FALSE;
        signer->agent->started = TRUE;
    }
    if (test != NULL)
        *test = g_steal_pointer(&made);
    return TRUE;
}

/* The first try does without the lock. Those after it also help where a service manager stops gpg
 * together with us while what is in hand shall be finished. */
MgSignature *mg_gpg_signer_sign(MgGpgSigner *signer, GBytes *content, MgSignatureForm form,
                                GError **error)
{
    MgSignature *signature = make(signer, content, form, MG_SIGNATURE_AGENT_RUNS, NULL);
    g_autoptr(GMutexLocker) locker = NULL;

    if (signature != NULL)
        return signature;
    locker = g_mutex_locker_new(&signer->agent->starting);
    return sign_alone(signer, content, form, error);
}

MgSignature *mg_gpg_signer_sign_at(MgGpgSigner *signer, GBytes *content, guint32 time,
                                   GError **error)
{
    return mg_signature_make_at(signer->gpg, signer->key, content, time, error);
}
