/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * For this folder only: what was learnt of the database, by name. It is true for each of its
 * connections, until one is opened anew. Reference counted; any thread.
 */
#pragma once

#include <glib.h>

typedef struct MgFacts MgFacts;

MgFacts *mg_facts_new(void);
MgFacts *mg_facts_ref(MgFacts *facts);
void mg_facts_unref(MgFacts *facts);

/* (nullable) (transfer none): valid as long as the facts. `name`: any text. */
gpointer mg_facts_find(MgFacts *facts, const gchar *name);
/* Takes `value`, which is never changed afterwards, and gives the one that is kept: where another
 * thread was faster, its. `destroy` is nullable. (transfer none) */
gpointer mg_facts_learn(MgFacts *facts, const gchar *name, gpointer value, GDestroyNotify destroy);
