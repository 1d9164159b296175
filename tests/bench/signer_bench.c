/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * signer_bench HOME KEY THREADS AGENTS COUNT [BYTES [METHOD]] – how many detached signatures a second
 * THREADS workers make over a content of BYTES, by METHOD (auto, agent, gpg), with at most AGENTS agents
 * or key holders; prints the rate alone.
 */
#include "openpgp/signer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    MgKeyring *keyring;
    GBytes *content;
    gint left;  /* atomic */
    gint ready; /* atomic */
    gint go;    /* atomic */
} Work;

static gpointer run_worker(gpointer data)
{
    Work *work = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(MgSigner) signer = mg_signer_new(work->keyring, &error);

    g_assert_no_error(error);
    g_atomic_int_inc(&work->ready);
    while (!g_atomic_int_get(&work->go))
        g_usleep(1000);
    while (g_atomic_int_add(&work->left, -1) > 0) {
        g_autofree gchar *micalg = NULL;
        g_autoptr(GBytes) signature = mg_signer_detach(signer, work->content, &micalg, &error);

        g_assert_no_error(error);
        g_assert_nonnull(signature);
    }
    return NULL;
}

static gdouble measure(Work *work, guint n_threads)
{
    g_autofree GThread **threads = g_new(GThread *, n_threads);
    gint64 start;

    for (guint i = 0; i < n_threads; i++)
        threads[i] = g_thread_new("worker", run_worker, work);
    while (g_atomic_int_get(&work->ready) < (gint)n_threads)
        g_usleep(1000);
    start = g_get_monotonic_time();
    g_atomic_int_set(&work->go, TRUE);
    for (guint i = 0; i < n_threads; i++)
        g_thread_join(threads[i]);
    return (gdouble)(g_get_monotonic_time() - start) / G_USEC_PER_SEC;
}

int main(int argc, char *argv[])
{
    g_autoptr(GError) error = NULL;
    g_autoptr(MgKeyring) keyring = NULL;
    g_autofree gchar *text = NULL;
    MgOpenpgpSettings settings = {.always_sign = TRUE};
    Work work = {0};
    gint count;

    if (argc < 6) {
        fprintf(stderr, "usage: %s HOME KEY THREADS AGENTS COUNT [BYTES [METHOD]]\n", argv[0]);
        return 2;
    }
    settings.gnupg_home = argv[1];
    settings.signing_key = argv[2];
    if (argc > 7)
        settings.method = g_str_equal(argv[7], "gpg")     ? MG_SIGNING_GPG
                          : g_str_equal(argv[7], "agent") ? MG_SIGNING_AGENT
                                                          : MG_SIGNING_AUTO;
    keyring = mg_keyring_open(&settings, (guint)atoi(argv[4]), &error);
    if (keyring == NULL) {
        fprintf(stderr, "%s\n", error->message);
        return 1;
    }
    text = g_strnfill(argc > 6 ? (gsize)atoi(argv[6]) : 3000, 'x');
    count = atoi(argv[5]);
    work.keyring = keyring;
    work.content = g_bytes_new_static(text, strlen(text));
    work.left = count;
    printf("%.1f\n", count / measure(&work, (guint)atoi(argv[3])));
    g_bytes_unref(work.content);
    return 0;
}
