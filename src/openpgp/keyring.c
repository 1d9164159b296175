/* SPDX-License-Identifier: AGPL-3.0-or-later */
#define MG_LOGGER "intelmqmail.openpgp"
#include "base/log.h"

#include "openpgp/keyring_private.h"

#include "base/clock.h"
#include "base/error.h"
#include "openpgp/private_home.h"
#include "openpgp/private_root.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct MgKeyring {
    MgPrivateRoot *root; /* (nullable): the site's own home serves */
    GPtrArray *agents;   /* of MgAgent, never empty once opened */
    MgSigningKey *key;
    gchar *fingerprint;
    gint64 expires;
    MgMethod *method;
    MgSampler *sampler;
    gint next;            /* atomic */
    gint failure_is_told; /* atomic */
    gboolean is_reported; /* with a failure */
};

static MgKeyring *keyring_new(void)
{
    MgKeyring *keyring = g_new0(MgKeyring, 1);

    keyring->agents = g_ptr_array_new_with_free_func((GDestroyNotify)mg_agent_free);
    return keyring;
}

/* Whether gpg refused a signature of the sample; the first who asks logs it. */
static gboolean tell_failure(MgKeyring *keyring)
{
    const gchar *failure = keyring->sampler != NULL ? mg_sampler_failure(keyring->sampler) : NULL;

    if (failure == NULL)
        return FALSE;
    if (g_atomic_int_compare_and_exchange(&keyring->failure_is_told, FALSE, TRUE))
        mg_log_error("a signature made by %s is not good, gpg makes all from now on: %.*s",
                     mg_method_name(keyring->method->kind), (int)strcspn(failure, "\n"), failure);
    return TRUE;
}

static gboolean await_failure(MgKeyring *keyring)
{
    if (keyring->sampler != NULL)
        mg_sampler_wait(keyring->sampler);
    return tell_failure(keyring);
}

gboolean mg_keyring_await_verdict(MgKeyring *keyring)
{
    if (!await_failure(keyring) || keyring->is_reported)
        return TRUE;
    keyring->is_reported = TRUE;
    return FALSE;
}

void mg_keyring_free(MgKeyring *keyring)
{
    if (keyring == NULL)
        return;
    await_failure(keyring);
    mg_sampler_free(keyring->sampler);
    mg_method_free(keyring->method);
    for (guint i = 0; keyring->root != NULL && i < keyring->agents->len; i++)
        mg_agent_end(((MgAgent *)keyring->agents->pdata[i])->home);
    mg_private_root_free(keyring->root);
    mg_signing_key_free(keyring->key);
    g_ptr_array_unref(keyring->agents);
    g_free(keyring->fingerprint);
    g_free(keyring);
}

static const gchar *const wanted_home =
    "\nHINT: set openpgp.gnupg_home to the directory that holds "
    "the signing key";

/* Without this check gpg would make a keyring in whatever directory it is sent to. */
static gboolean holds_keyring(const gchar *home)
{
    static const gchar *const names[] = {"pubring.kbx", "pubring.gpg", "public-keys.d", "gpg.conf"};

    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree gchar *path = g_build_filename(home, names[i], NULL);

        if (g_file_test(path, G_FILE_TEST_EXISTS))
            return TRUE;
    }
    return FALSE;
}

static gboolean check_home(const gchar *home, GError **error)
{
    g_autofree gchar *quoted = mg_error_quote(home);
    struct stat status;

    if (stat(home, &status) != 0)
        g_set_error(error, MG_ERROR, MG_ERROR_SETUP, "gnupg home %s: %s%s", quoted,
                    g_strerror(errno), wanted_home);
    else if (!S_ISDIR(status.st_mode))
        g_set_error(error, MG_ERROR, MG_ERROR_SETUP, "gnupg home %s is no directory%s", quoted,
                    wanted_home);
    else if (access(home, R_OK | X_OK) != 0)
        g_set_error(
            error, MG_ERROR, MG_ERROR_SETUP,
            "gnupg home %s cannot be read: %s\nHINT: it must belong to the user that runs this "
            "program",
            quoted, g_strerror(errno));
    else if (!holds_keyring(home))
        g_set_error(error, MG_ERROR, MG_ERROR_SETUP, "gnupg home %s holds no keyring%s", quoted,
                    wanted_home);
    else
        return TRUE;
    return FALSE;
}

static void warn_of_open_home(const gchar *home)
{
    g_autofree gchar *quoted = mg_error_quote(home);
    struct stat status;

    if (stat(home, &status) == 0 && (status.st_mode & (S_IWGRP | S_IRWXO)) != 0)
        mg_log_warning("gnupg home %s is open to other users (mode %04o); chmod 700 closes it",
                       quoted, status.st_mode & 07777);
}

/* GNUPGHOME holds only where the site has not set its own. */
static gchar *home_of(const MgOpenpgpSettings *settings)
{
    const gchar *variable = g_getenv("GNUPGHOME");

    if (settings->gnupg_home != NULL && *settings->gnupg_home != '\0')
        return g_strdup(settings->gnupg_home);
    if (variable != NULL && *variable != '\0')
        return g_strdup(variable);
    return g_build_filename(g_get_home_dir(), ".gnupg", NULL);
}

static gboolean add_private_agents(MgKeyring *keyring, const gchar *home, guint n, GError **error)
{
    keyring->root = mg_private_root_new(error);
    if (keyring->sampler != NULL)
        mg_sampler_wait(keyring->sampler);
    tell_failure(keyring);
    mg_sampler_free(keyring->sampler);
    mg_method_free(keyring->method);
    for (guint i = 0; keyring->root != NULL && i < n; i++) {
        g_autofree gchar *path = g_strdup_printf("%s/%u", mg_private_root_path(keyring->root), i);

        if (!mg_private_home_make(path, home, error))
            return FALSE;
        g_ptr_array_add(keyring->agents, mg_agent_new(path, home));
    }
    return keyring->root != NULL;
}

/* What is asked for, by whom and of whom. */
typedef struct {
    gchar *home;
    const gchar *key;
    MgSigningMethod method;
    guint n_signers; /* side by side, at most one per core */
} Wanted;

static void choose_method(MgKeyring *keyring, const Wanted *wanted, const MgSignature *test,
                          MgGpgSigner *gpg)
{
    const MgMethodSite site = {
        .allowed = wanted->method,
        .home = wanted->home,
        .keygrip = mg_signing_key_keygrip(keyring->key, test->fingerprint),
        .test = test,
        .agents = keyring->agents,
        .n_holders = wanted->n_signers,
    };

    keyring->method = mg_method_choose(&site, gpg);
    if (keyring->method->kind != MG_METHOD_GPG)
        keyring->sampler = mg_sampler_new(keyring->agents->pdata[0]);
    if (keyring->method->reason != NULL) {
        g_autofree gchar *words = mg_keyring_describe_method(keyring);

        mg_log_info("signatures are made by %s", words);
    }
}

/* Finds the key and signs with the first agent; the others are like it. */
static gboolean try_first_agent(MgKeyring *keyring, const Wanted *wanted, GError **error)
{
    g_autoptr(MgGpgSigner) signer = mg_gpg_signer_new(keyring->agents->pdata[0], error);
    g_autoptr(MgSignature) test = NULL;

    if (signer == NULL)
        return FALSE;
    keyring->key = mg_signing_key_find(mg_gpg_signer_gpg(signer), wanted->key, error);
    if (keyring->key == NULL)
        return FALSE;
    mg_gpg_signer_set_key(signer, keyring->key);
    if (!mg_gpg_signer_start(signer, &test, error))
        return FALSE;
    if (test->words != NULL)
        mg_log_info("gpg signs and says %s", test->words);
    choose_method(keyring, wanted, test, signer);
    keyring->fingerprint = g_steal_pointer(&test->fingerprint);
    keyring->expires = mg_signing_key_expires(keyring->key, keyring->fingerprint);
    return TRUE;
}

static MgKeyring *open_private(const Wanted *wanted, GError **error)
{
    g_autoptr(MgKeyring) keyring = keyring_new();

    if (!add_private_agents(keyring, wanted->home, wanted->n_signers, error))
        return NULL;
    return try_first_agent(keyring, wanted, error) ? g_steal_pointer(&keyring) : NULL;
}

static MgKeyring *open_site(const Wanted *wanted, GError **error)
{
    g_autoptr(MgKeyring) keyring = keyring_new();

    g_ptr_array_add(keyring->agents, mg_agent_new(wanted->home, wanted->home));
    return try_first_agent(keyring, wanted, error) ? g_steal_pointer(&keyring) : NULL;
}

MgKeyring *mg_keyring_open(const MgOpenpgpSettings *settings, guint n_signers, GError **error)
{
    g_autofree gchar *home = home_of(settings);
    const Wanted wanted = {home, settings->signing_key != NULL ? settings->signing_key : "",
                           settings->method, CLAMP(n_signers, 1, g_get_num_processors())};
    g_autoptr(GError) cause = NULL;
    g_autofree gchar *reason = NULL;
    MgKeyring *keyring;

    if (!check_home(home, error))
        return NULL;
    warn_of_open_home(home);
    keyring = open_private(&wanted, &cause);
    if (keyring != NULL)
        return keyring;
    /* Its agent may hold the passphrase, or a card. */
    keyring = open_site(&wanted, error);
    if (keyring == NULL)
        return NULL;
    reason = g_strndup(cause->message, strcspn(cause->message, "\n"));
    mg_log_info("the site's own gpg-agent makes all signatures, one at a time: %s", reason);
    return keyring;
}

guint mg_keyring_n_agents(const MgKeyring *keyring)
{
    return keyring->agents->len;
}

const gchar *mg_keyring_fingerprint(const MgKeyring *keyring)
{
    return keyring->fingerprint;
}

gint64 mg_keyring_expires(const MgKeyring *keyring)
{
    return keyring->expires;
}

const MgSigningKey *mg_keyring_key(const MgKeyring *keyring)
{
    return keyring->key;
}

const MgMethod *mg_keyring_method(const MgKeyring *keyring)
{
    return keyring->method;
}

guint mg_keyring_next_turn(MgKeyring *keyring)
{
    return (guint)g_atomic_int_add(&keyring->next, 1);
}

MgAgent *mg_keyring_agent(const MgKeyring *keyring, guint turn)
{
    return keyring->agents->pdata[turn % keyring->agents->len];
}

MgDirectSigner *mg_keyring_direct_signer(const MgKeyring *keyring, guint turn)
{
    const GPtrArray *signers = keyring->method->direct_signers;

    return signers->len > 0 ? signers->pdata[turn % signers->len] : NULL;
}

gboolean mg_keyring_trusts_direct(MgKeyring *keyring, gint64 time)
{
    gboolean has_expired =
        keyring->expires != MG_CLOCK_NONE && keyring->expires <= time * G_USEC_PER_SEC;

    return !has_expired && !tell_failure(keyring);
}

MgSampler *mg_keyring_sampler(const MgKeyring *keyring)
{
    return keyring->sampler;
}

gchar *mg_keyring_describe_method(const MgKeyring *keyring)
{
    static const gchar *const words[] = {
        "gpg, which is started for each mail",
        "gpg-agent, asked directly",
        "the key holder, a process of this program",
    };
    const MgMethod *method = keyring->method;

    return g_strconcat(words[method->kind],
                       method->reason != NULL ? ", for want of a faster way: " : "", method->reason,
                       NULL);
}
