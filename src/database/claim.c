/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "database/claim.h"

#include "database/batch.h"
#include "database/handle.h"
#include "database/intent.h"
#include "database/pg_array.h"

#include <stdlib.h>
#include <string.h>

/* The first row of each group decides: two sessions that lock the rows of one group in different
 * order would each get some, and both give up. A group's other rows are found through its first,
 * so none of them is looked at before. FOR UPDATE locks the directives only, and looks again at
 * sent_id in the newest version of each row.
 *
 * Every row is locked, and not one for each group: another session may know the group without its
 * lowest id, which became visible later, or with some of its rows only, since the Python program
 * or another instance may have another additional_directive_where. Two locked rows that are not
 * the same one would keep nobody apart.
 *
 * $3 are all ids once more: without them the planner, who does not know how many a list has, reads
 * the whole of a table of some ten thousand rows. */
static const gchar lock_sql[] =
    "WITH first_row AS MATERIALIZED (SELECT id FROM directives"
    "  WHERE id = ANY ($1::bigint[]) AND sent_id IS NULL FOR UPDATE SKIP LOCKED),"
    " wanted AS (SELECT pg_catalog.unnest(listed.ids::bigint[]) AS id FROM first_row"
    "  JOIN unnest($1::bigint[], $2::text[]) AS listed (first_id, ids)"
    "  ON listed.first_id = first_row.id)"
    " SELECT d.id FROM wanted JOIN directives AS d ON d.id = wanted.id"
    " WHERE d.id = ANY ($3::bigint[]) AND d.sent_id IS NULL FOR UPDATE OF d SKIP LOCKED";

/* A statement of its own, since it needs a snapshot taken after the locks: who had the rows before
 * us may have left an intent in between. A join, which takes the two lists one after the other; the
 * operator && would compare each with each. */
static const gchar covered_sql[] =
    "SELECT wanted.id FROM delivery_intents"
    " CROSS JOIN LATERAL pg_catalog.unnest(directive_ids) AS covered (id)"
    " JOIN (SELECT pg_catalog.unnest(listed.ids::bigint[])"
    "   FROM pg_catalog.unnest($1::text[]) AS listed (ids)) AS wanted (id)"
    " ON wanted.id = covered.id";

static const gchar still_pending_sql[] =
    "SELECT id FROM directives WHERE id = ANY ($1::bigint[]) AND sent_id IS NULL";

typedef struct {
    gint64 id;
    gsize group;
} Place;

/* What is known of the groups of a lot. */
typedef struct {
    MgGroup *const *groups;
    gsize n_groups;
    Place *places; /* of all directives, by id */
    gsize n_places;
    gsize *n_locked;
    gsize *n_pending;
    gboolean *is_covered;
    gboolean *is_first_pending;
} Lot;

static gint compare_places(gconstpointer a, gconstpointer b)
{
    gint64 left = ((const Place *)a)->id;
    gint64 right = ((const Place *)b)->id;

    return left < right ? -1 : left > right;
}

static void lot_init(Lot *lot, MgGroup *const *groups, gsize n_groups)
{
    gsize next = 0;

    *lot = (Lot){.groups = groups, .n_groups = n_groups};
    for (gsize i = 0; i < n_groups; i++)
        lot->n_places += groups[i]->n_directives;
    lot->places = g_new(Place, lot->n_places);
    for (gsize i = 0; i < n_groups; i++)
        for (gsize j = 0; j < groups[i]->n_directives; j++)
            lot->places[next++] = (Place){groups[i]->directive_ids[j], i};
    qsort(lot->places, lot->n_places, sizeof *lot->places, compare_places);
    lot->n_locked = g_new0(gsize, n_groups);
    lot->n_pending = g_new0(gsize, n_groups);
    lot->is_covered = g_new0(gboolean, n_groups);
    lot->is_first_pending = g_new0(gboolean, n_groups);
}

static void lot_clear(Lot *lot)
{
    g_free(lot->places);
    g_free(lot->n_locked);
    g_free(lot->n_pending);
    g_free(lot->is_covered);
    g_free(lot->is_first_pending);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Lot, lot_clear)

/* Which group the directive of that row belongs to. */
static gsize group_of_row(const Lot *lot, const PGresult *result, gint row, gint64 *id)
{
    Place wanted = {g_ascii_strtoll(PQgetvalue(result, row, 0), NULL, 10), 0};
    const Place *found =
        bsearch(&wanted, lot->places, lot->n_places, sizeof *lot->places, compare_places);

    g_assert(found != NULL);
    *id = wanted.id;
    return found->group;
}

/* (transfer full): the ids of each group, as a list of lists */
static gchar *format_lists(const Lot *lot)
{
    GPtrArray *lists = g_ptr_array_new_with_free_func(g_free);

    for (gsize i = 0; i < lot->n_groups; i++)
        g_ptr_array_add(lists, mg_pg_array_format_ids(lot->groups[i]->directive_ids,
                                                      lot->groups[i]->n_directives));
    return mg_pg_array_take_texts(lists);
}

static gchar *format_firsts(const Lot *lot)
{
    g_autofree gint64 *firsts = g_new(gint64, lot->n_groups);

    for (gsize i = 0; i < lot->n_groups; i++)
        firsts[i] = lot->groups[i]->directive_ids[0];
    return mg_pg_array_format_ids(firsts, lot->n_groups);
}

static gchar *format_all(const Lot *lot)
{
    g_autofree gint64 *ids = g_new(gint64, lot->n_places);

    for (gsize i = 0; i < lot->n_places; i++)
        ids[i] = lot->places[i].id;
    return mg_pg_array_format_ids(ids, lot->n_places);
}

static gboolean lock(MgConnection *connection, Lot *lot, gboolean with_intents, GError **error)
{
    g_autofree gchar *firsts = format_firsts(lot);
    g_autofree gchar *lists = format_lists(lot);
    g_autofree gchar *all = format_all(lot);
    g_autoptr(MgBatch) batch = mg_batch_new(connection, "cannot lock the directives");
    const PGresult *result = NULL;
    guint locks = 0;
    guint covered = 0;
    gint64 id = 0;

    mg_batch_begin(batch);
    locks = mg_batch_add(batch, lock_sql, MG_PARAMETERS(firsts, lists, all));
    if (with_intents)
        covered = mg_batch_add(batch, covered_sql, MG_PARAMETERS(lists));
    if (!mg_batch_run(batch, error))
        return FALSE;
    result = mg_batch_result(batch, locks);
    for (gint row = 0; row < PQntuples(result); row++)
        lot->n_locked[group_of_row(lot, result, row, &id)]++;
    result = with_intents ? mg_batch_result(batch, covered) : NULL;
    for (gint row = 0; result != NULL && row < PQntuples(result); row++)
        lot->is_covered[group_of_row(lot, result, row, &id)] = TRUE;
    return TRUE;
}

static gboolean is_short(const Lot *lot, gsize group)
{
    return lot->n_locked[group] < lot->groups[group]->n_directives;
}

/* (nullable): the directives of the groups of which not all rows could be had. (transfer full) */
static gchar *format_short(const Lot *lot)
{
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(gint64));

    for (gsize i = 0; i < lot->n_groups; i++)
        if (is_short(lot, i))
            g_array_append_vals(ids, lot->groups[i]->directive_ids,
                                (guint)lot->groups[i]->n_directives);
    return ids->len > 0 ? mg_pg_array_format_ids((gint64 *)ids->data, ids->len) : NULL;
}

/* Some rows were not to be had: because they are locked, or because they are no longer pending. */
static gboolean find_reasons(MgConnection *connection, Lot *lot, GError **error)
{
    g_autofree gchar *ids = format_short(lot);
    g_autoptr(MgPgResult) result = NULL;

    if (ids == NULL)
        return TRUE;
    result = mg_batch_query(connection, "cannot look at directives that are locked",
                            still_pending_sql, MG_PARAMETERS(ids), error);
    if (result == NULL)
        return FALSE;
    for (gint row = 0; row < PQntuples(result); row++) {
        gint64 id = 0;
        gsize group = group_of_row(lot, result, row, &id);
        lot->n_pending[group]++;
        if (id == lot->groups[group]->directive_ids[0])
            lot->is_first_pending[group] = TRUE;
    }
    return TRUE;
}

static MgClaim judge(const Lot *lot, gsize group)
{
    if (!is_short(lot, group))
        return lot->is_covered[group] ? MG_CLAIM_ELSEWHERE : MG_CLAIM_HELD;
    /* Without the first, the rest was not even tried. */
    if (!lot->is_first_pending[group] || lot->n_pending[group] <= lot->n_locked[group])
        return MG_CLAIM_GONE;
    return MG_CLAIM_ELSEWHERE;
}

gboolean mg_claim_take_lot(MgConnection *connection, MgGroup *const *groups, gsize n_groups,
                           MgClaim *claims, GError **error)
{
    g_auto(Lot) lot = {0};
    gboolean with_intents = FALSE;
    gboolean holds_some = FALSE;

    /* In an open transaction the commit of what is recorded would only end a savepoint. */
    g_assert(connection->is_borrowed || mg_connection_depth(connection) == 0);
    for (gsize i = 0; i < n_groups; i++)
        claims[i] = MG_CLAIM_FAILED;
    if (!mg_connection_tidy(connection, error) ||
        !mg_intent_is_supported(connection, &with_intents, error))
        return FALSE;
    lot_init(&lot, groups, n_groups);
    if (!lock(connection, &lot, with_intents, error))
        return FALSE;
    if (!find_reasons(connection, &lot, error)) {
        mg_connection_rollback(connection);
        return FALSE;
    }
    for (gsize i = 0; i < n_groups; i++) {
        claims[i] = judge(&lot, i);
        holds_some = holds_some || claims[i] == MG_CLAIM_HELD;
    }
    if (!holds_some)
        mg_connection_rollback(connection);
    return TRUE;
}

MgClaim mg_claim_look(MgConnection *connection, GError **error)
{
    g_autoptr(MgBatch) batch = mg_batch_new(connection, "cannot begin to look at directives");

    mg_batch_begin(batch);
    mg_batch_add(batch, "SET TRANSACTION READ ONLY", MG_NO_PARAMETERS);
    return mg_batch_run(batch, error) ? MG_CLAIM_HELD : MG_CLAIM_FAILED;
}
