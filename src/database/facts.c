/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "database/facts.h"

struct MgFacts {
    gatomicrefcount references;
    GMutex lock;
    GData *values;
};

MgFacts *mg_facts_new(void)
{
    MgFacts *facts = g_new0(MgFacts, 1);

    g_atomic_ref_count_init(&facts->references);
    g_mutex_init(&facts->lock);
    return facts;
}

MgFacts *mg_facts_ref(MgFacts *facts)
{
    g_atomic_ref_count_inc(&facts->references);
    return facts;
}

void mg_facts_unref(MgFacts *facts)
{
    if (!g_atomic_ref_count_dec(&facts->references))
        return;
    g_datalist_clear(&facts->values);
    g_mutex_clear(&facts->lock);
    g_free(facts);
}

gpointer mg_facts_find(MgFacts *facts, const gchar *name)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&facts->lock);

    return g_datalist_get_data(&facts->values, name);
}

gpointer mg_facts_learn(MgFacts *facts, const gchar *name, gpointer value, GDestroyNotify destroy)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&facts->lock);
    gpointer known = g_datalist_get_data(&facts->values, name);

    if (known == NULL) {
        g_datalist_set_data_full(&facts->values, name, value, destroy);
        return value;
    }
    if (destroy != NULL)
        destroy(value);
    return known;
}
