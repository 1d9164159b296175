/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "openpgp/sampler.h"

#include "openpgp/gpg.h"

#define ONE_IN 1000

typedef struct {
    GBytes *content;
    GBytes *signature;
} Sample;

struct MgSampler {
    const MgAgent *agent;
    GThreadPool *pool;
    gint n_taken;   /* atomic */
    gchar *failure; /* atomic; set once */
    GMutex lock;    /* of what follows */
    GCond fewer;
    guint n_open; /* not verified yet */
};

static void sample_free(Sample *sample)
{
    g_bytes_unref(sample->content);
    g_bytes_unref(sample->signature);
    g_free(sample);
}

/* Logs nothing: a log that is another program's may wait for a lock whose owner waits for us. */
static void verify(gpointer data, gpointer user_data)
{
    Sample *sample = data;
    MgSampler *sampler = user_data;
    g_autoptr(GError) error = NULL;
    g_autoptr(MgGpg) gpg = mg_gpg_new(sampler->agent->home, sampler->agent->shown_home, &error);
    gchar *words;

    if (gpg == NULL || !mg_gpg_verify(gpg, sample->content, sample->signature, &error)) {
        words = g_strdup(error->message);
        if (!g_atomic_pointer_compare_and_exchange(&sampler->failure, NULL, words))
            g_free(words);
    }
    sample_free(sample);
    g_mutex_lock(&sampler->lock);
    sampler->n_open--;
    g_cond_broadcast(&sampler->fewer);
    g_mutex_unlock(&sampler->lock);
}

MgSampler *mg_sampler_new(const MgAgent *agent)
{
    MgSampler *sampler = g_new0(MgSampler, 1);

    sampler->agent = agent;
    sampler->pool = g_thread_pool_new(verify, sampler, 1, FALSE, NULL);
    g_mutex_init(&sampler->lock);
    g_cond_init(&sampler->fewer);
    return sampler;
}

void mg_sampler_wait(MgSampler *sampler)
{
    g_mutex_lock(&sampler->lock);
    while (sampler->n_open > 0)
        g_cond_wait(&sampler->fewer, &sampler->lock);
    g_mutex_unlock(&sampler->lock);
}

void mg_sampler_free(MgSampler *sampler)
{
    if (sampler == NULL)
        return;
    g_thread_pool_free(sampler->pool, FALSE, TRUE);
    g_cond_clear(&sampler->fewer);
    g_mutex_clear(&sampler->lock);
    g_free(sampler->failure);
    g_free(sampler);
}

void mg_sampler_take(MgSampler *sampler, GBytes *content, GBytes *signature)
{
    guint before = (guint)g_atomic_int_add(&sampler->n_taken, 1);
    Sample *sample;

    if (before % ONE_IN != 0)
        return;
    sample = g_new(Sample, 1);
    *sample = (Sample){g_bytes_ref(content), g_bytes_ref(signature)};
    g_mutex_lock(&sampler->lock);
    sampler->n_open++;
    g_mutex_unlock(&sampler->lock);
    g_thread_pool_push(sampler->pool, sample, NULL);
}

const gchar *mg_sampler_failure(MgSampler *sampler)
{
    return g_atomic_pointer_get(&sampler->failure);
}
