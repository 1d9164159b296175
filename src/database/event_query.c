/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "database/event_query.h"

#include "base/error.h"
#include "database/batch.h"
#include "database/handle.h"
#include "database/pg_array.h"
#include "model/table.h"

#include <string.h>

#define OID_JSON 114

/* A mail of events takes up to eight times their size while it is made. Without a limit a few
 * events that an attacker makes large enough end the whole run for want of memory, and every later
 * run again. */
#define MEBIBYTE ((gsize)1024 * 1024)
#define SIZE_LIMIT (128 * MEBIBYTE)

#define EXTRA "extra"
#define EXTRA_PREFIX "extra."

/* A domain counts as what it stands for. */
static const gchar columns_sql[] =
    "SELECT a.attname, CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END"
    " FROM pg_catalog.pg_attribute AS a JOIN pg_catalog.pg_type AS t ON t.oid = a.atttypid"
    " WHERE a.attrelid = 'events'::pg_catalog.regclass AND a.attnum > 0 AND NOT a.attisdropped"
    " ORDER BY a.attnum";

/* An extra of type json may hold escapes that no PostgreSQL text can: NUL, half a surrogate pair.
 * Then
 * `->` refuses the whole document, whatever the key, and anybody can put that into a feed. So such
 * an escape is made text that shows it, as sql/notifications.sql does with directives beside it.
 * Each alternative follows pairs of backslashes and the one backslash that starts an escape. */
static const gchar mended_extra[] =
    "pg_catalog.regexp_replace(e.extra::text, $re$(?<!\\\\)((?:\\\\\\\\)*)\\\\(u0000"
    "|u[dD][89abAB][[:xdigit:]]{2}(?!\\\\u[dD][c-fC-F][[:xdigit:]]{2})"
    "|(?<!\\\\u[dD][89abAB][[:xdigit:]]{2}\\\\)u[dD][c-fC-F][[:xdigit:]]{2})$re$,"
    " $re$\\1\\\\\\\\\\2$re$, 'g')::json";

/* Types have had these numbers since for ever: src/include/catalog/pg_type.dat. */
static const struct {
    guint64 oid;
    MgKind kind;
} kinds[] = {
    /* clang-format off: one a line */
    {16, MG_KIND_BOOLEAN},      {20, MG_KIND_INTEGER},     /* int8 */
    {21, MG_KIND_INTEGER},                                 /* int2 */
    {23, MG_KIND_INTEGER},                                 /* int4 */
    {700, MG_KIND_REAL},                                   /* float4 */
    {701, MG_KIND_REAL},                                   /* float8 */
    {1700, MG_KIND_NUMERIC},    {1184, MG_KIND_TIMESTAMP}, /* timestamptz */
    {1114, MG_KIND_LOCAL_TIME},                            /* timestamp */
    {1082, MG_KIND_DATE},       {1083, MG_KIND_CLOCK},     /* time */
    {1266, MG_KIND_CLOCK},                                 /* timetz */
    {869, MG_KIND_INET},        {650, MG_KIND_INET},       /* cidr */
    {114, MG_KIND_JSON},        {3802, MG_KIND_JSON},      /* jsonb */
    /* clang-format on */
};

/* Of table events; learnt once of a database. */
typedef struct {
    GPtrArray *list;        /* of MgEventColumn, in the table's order */
    gboolean extra_is_json; /* and not jsonb */
} Columns;

static void column_free(gpointer data)
{
    MgEventColumn *column = data;

    g_free(column->name);
    g_free(column);
}

static void columns_free(gpointer data)
{
    Columns *columns = data;

    g_ptr_array_unref(columns->list);
    g_free(columns);
}

static MgKind kind_of_type(guint64 oid)
{
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++)
        if (kinds[i].oid == oid)
            return kinds[i].kind;
    return MG_KIND_TEXT;
}

static Columns *read_columns(const PGresult *result)
{
    Columns *columns = g_new0(Columns, 1);

    columns->list = g_ptr_array_new_with_free_func(column_free);
    for (gint i = 0; i < PQntuples(result); i++) {
        MgEventColumn *column = g_new(MgEventColumn, 1);
        guint64 type = g_ascii_strtoull(PQgetvalue(result, i, 1), NULL, 10);

        column->name = g_strdup(PQgetvalue(result, i, 0));
        column->kind = kind_of_type(type);
        if (g_str_equal(column->name, EXTRA))
            columns->extra_is_json = type == OID_JSON;
        g_ptr_array_add(columns->list, column);
    }
    return columns;
}

/* One statement in one round trip. In a transaction it is behind a savepoint, so that the claim,
 * whose transaction that is, outlives a failure. `sqlstate` receives that of a failure. (transfer
 * full) */
static PGresult *ask(MgConnection *connection, const gchar *doing, const gchar *sql,
                     gsize n_parameters, const gchar *const *parameters, gchar **sqlstate,
                     GError **error)
{
    g_autoptr(MgBatch) batch = mg_batch_new(connection, doing);
    gboolean is_in_transaction = connection->is_borrowed || mg_connection_depth(connection) > 0;
    guint index = 0;

    if (is_in_transaction)
        mg_batch_begin(batch);
    index = mg_batch_add(batch, sql, n_parameters, parameters);
    if (is_in_transaction)
        mg_batch_commit(batch);
    if (mg_batch_run(batch, error))
        return mg_batch_steal_result(batch, index);
    *sqlstate = g_strdup(mg_batch_sqlstate(batch));
    return NULL;
}

static const Columns *learn_columns(MgConnection *connection, GError **error)
{
    static const gchar name[] = "columns of events";
    const Columns *known = mg_facts_find(connection->facts, name);
    g_autoptr(MgPgResult) result = NULL;
    g_autofree gchar *sqlstate = NULL;

    if (known != NULL)
        return known;
    result = ask(connection, "cannot read the columns of table events", columns_sql,
                 MG_NO_PARAMETERS, &sqlstate, error);
    return result != NULL
               ? mg_facts_learn(connection->facts, name, read_columns(result), columns_free)
               : NULL;
}

static const MgEventColumn *find_column(const Columns *columns, const gchar *name)
{
    for (guint i = 0; i < columns->list->len; i++) {
        const MgEventColumn *column = columns->list->pdata[i];
        if (g_str_equal(column->name, name))
            return column;
    }
    return NULL;
}

static gboolean is_extra_key(const gchar *field)
{
    return g_str_has_prefix(field, EXTRA_PREFIX) && field[strlen(EXTRA_PREFIX)] != '\0';
}

static gboolean check_field(const Columns *columns, const gchar *field, GError **error)
{
    const MgEventColumn *column = NULL;
    g_autofree gchar *quoted = mg_error_quote(field);

    if (!mg_table_is_field_name(field)) {
        g_set_error(error, MG_ERROR, MG_ERROR_GROUP,
                    "%s cannot be the name of an event's field: A-Z a-z 0-9 _ . are allowed",
                    quoted);
        return FALSE;
    }
    column = find_column(columns, is_extra_key(field) ? EXTRA : field);
    if (column == NULL) {
        g_set_error(error, MG_ERROR, MG_ERROR_GROUP, "table events has no column for field %s",
                    quoted);
        return FALSE;
    }
    if (is_extra_key(field) && column->kind != MG_KIND_JSON) {
        g_set_error(
            error, MG_ERROR, MG_ERROR_GROUP,
            "there can be no field %s: column extra of table events is neither json nor jsonb",
            quoted);
        return FALSE;
    }
    return TRUE;
}

static gboolean check_fields(const Columns *columns, const gchar *const *fields, GError **error)
{
    for (gsize i = 0; fields[i] != NULL; i++)
        if (!check_field(columns, fields[i], error))
            return FALSE;
    return TRUE;
}

/* The names have been checked against the catalogue; quoting them is for upper case and dots, and
 * for a table whose own names hold quotes. */
static void append_column(GString *sql, const gchar *name)
{
    g_auto(GStrv) parts = g_strsplit(name, "\"", -1);
    g_autofree gchar *doubled = g_strjoinv("\"\"", parts);

    g_string_append_printf(sql, ", e.\"%s\"", doubled);
}

/* Keys of extra go as parameters, from $2 on. The value is taken as it is: a cast to jsonb would
 * turn 1e5 into 100000. Rows are put in order here, where that is cheaper. */
static gchar *build_sql(const gchar *const *fields, gboolean mend, GPtrArray *parameters)
{
    GString *sql = g_string_new("SELECT e.id");

    for (gsize i = 0; fields[i] != NULL; i++) {
        if (!is_extra_key(fields[i])) {
            append_column(sql, fields[i]);
            continue;
        }
        g_ptr_array_add(parameters, (gpointer)(fields[i] + strlen(EXTRA_PREFIX)));
        g_string_append_printf(sql, ", %s -> $%u::text", mend ? mended_extra : "e.extra",
                               parameters->len);
    }
    g_string_append(sql, " FROM events AS e WHERE e.id = ANY ($1::bigint[])");
    return g_string_free(sql, FALSE);
}

static void name_columns(const Columns *columns, MgEvents *events, const gchar *const *fields)
{
    for (gsize i = 0; i < events->n_columns; i++) {
        const MgEventColumn *column = find_column(columns, fields[i]);
        gboolean extra = is_extra_key(fields[i]);
        events->columns[i].name = g_strdup(fields[i]);
        events->columns[i].kind = extra ? MG_KIND_JSON : column->kind;
    }
}

/* One result may hold the events of many groups: it lives as long as one of them. */
typedef struct {
    PGresult *result;
} Shared;

static void shared_clear(gpointer shared)
{
    PQclear(((Shared *)shared)->result);
}

static void shared_unref(gpointer shared)
{
    g_atomic_rc_box_release_full(shared, shared_clear);
}

static Shared *shared_new(PGresult *result)
{
    Shared *shared = g_atomic_rc_box_new(Shared);

    shared->result = result;
    return shared;
}

typedef struct {
    gint64 id;
    gint row;
} Found;

static gint compare_found(gconstpointer a, gconstpointer b)
{
    const Found *left = a;
    const Found *right = b;

    if (left->id != right->id)
        return left->id < right->id ? -1 : 1;
    return left->row < right->row ? -1 : left->row > right->row;
}

/* The rows by ascending id, which is each row's first field. (transfer full) (element-type
 * Found) */
static GArray *order_rows(const PGresult *result)
{
    gint n_rows = PQntuples(result);
    GArray *found = g_array_sized_new(FALSE, FALSE, sizeof(Found), (guint)n_rows);

    for (gint row = 0; row < n_rows; row++) {
        Found one = {g_ascii_strtoll(PQgetvalue(result, row, 0), NULL, 10), row};
        g_array_append_val(found, one);
    }
    g_array_sort(found, compare_found);
    return found;
}

/* The cells stay where libpq has put them. */
static MgEvents *take_rows(const Columns *columns, Shared *shared, const GArray *found,
                           const gchar *const *fields)
{
    const PGresult *result = shared->result;
    MgEvents *events = mg_events_new(found->len, g_strv_length((gchar **)fields));
    const gchar **cell = events->cells;

    name_columns(columns, events, fields);
    for (guint i = 0; i < found->len; i++) {
        const Found *one = &g_array_index(found, Found, i);
        events->ids[i] = one->id;
        for (gsize column = 0; column < events->n_columns; column++, cell++) {
            gint field = (gint)column + 1;
            if (!PQgetisnull(result, one->row, field))
                *cell = PQgetvalue(result, one->row, field);
        }
    }
    events->memory = g_atomic_rc_box_acquire(shared);
    events->memory_free = shared_unref;
    return events;
}

/* Where the rows of the event begin, or would. */
static guint find_event(const GArray *found, gint64 id)
{
    guint first = 0;
    guint end = found->len;

    while (first < end) {
        guint middle = first + (end - first) / 2;
        if (g_array_index(found, Found, middle).id < id)
            first = middle + 1;
        else
            end = middle;
    }
    return first;
}

/* Two groups may share an event, and where events is partitioned an id may stand for several rows.
 * (transfer full) (element-type Found) */
static GArray *rows_of_group(const GArray *found, const MgGroup *group)
{
    GArray *rows = g_array_sized_new(FALSE, FALSE, sizeof(Found), (guint)group->n_events);

    for (gsize i = 0; i < group->n_events; i++)
        for (guint at = find_event(found, group->event_ids[i]);
             at < found->len && g_array_index(found, Found, at).id == group->event_ids[i]; at++)
            g_array_append_val(rows, g_array_index(found, Found, at));
    return rows;
}

static gboolean check_size(const PGresult *result, GError **error)
{
    gsize size = 0;

    for (gint row = 0; row < PQntuples(result); row++)
        for (gint field = 1; field < PQnfields(result); field++)
            size += (gsize)PQgetlength(result, row, field);
    if (size <= SIZE_LIMIT)
        return TRUE;
    g_set_error(error, MG_ERROR, MG_ERROR_GROUP,
                "the %d events hold %" G_GSIZE_FORMAT " MiB in the columns asked for, more than "
                "128 MiB cannot be mailed\nHINT: leave out the column that is so large",
                PQntuples(result), size / MEBIBYTE);
    return FALSE;
}

static const gchar **all_fields(const Columns *columns)
{
    const gchar **fields = g_new0(const gchar *, columns->list->len + 1);

    for (guint i = 0; i < columns->list->len; i++)
        fields[i] = ((const MgEventColumn *)columns->list->pdata[i])->name;
    return fields;
}

static gboolean asks_for_extra(const gchar *const *fields)
{
    for (gsize i = 0; fields[i] != NULL; i++)
        if (is_extra_key(fields[i]))
            return TRUE;
    return FALSE;
}

/* What `->` says to a document that it cannot take: untranslatable, invalid text, out of range. */
static gboolean is_difficult_json(const gchar *sqlstate)
{
    return g_strcmp0(sqlstate, "22P05") == 0 || g_strcmp0(sqlstate, "22P02") == 0 ||
           g_strcmp0(sqlstate, "22003") == 0;
}

static PGresult *run(MgConnection *connection, const gchar *ids, const gchar *const *fields,
                     gboolean mend, gboolean *is_difficult, GError **error)
{
    g_autoptr(GPtrArray) parameters = g_ptr_array_new();
    g_autofree gchar *sql = NULL;
    g_autofree gchar *sqlstate = NULL;
    PGresult *result = NULL;

    g_ptr_array_add(parameters, (gpointer)ids);
    sql = build_sql(fields, mend, parameters);
    result = ask(connection, "cannot load the events", sql, parameters->len,
                 (const gchar *const *)parameters->pdata, &sqlstate, error);
    *is_difficult = result == NULL && is_difficult_json(sqlstate);
    return result;
}

/* What the server gives for these ids, within the limit. `*all` receives the fields where NULL
 * asks for every column. (transfer full) */
static PGresult *query(MgConnection *connection, const Columns *columns, const gchar *ids,
                       const gchar *const **fields, const gchar ***all, GError **error)
{
    g_autoptr(GError) reason = NULL;
    gboolean is_difficult = FALSE;
    PGresult *result = NULL;

    if (columns == NULL)
        return NULL;
    if (*fields == NULL)
        *fields = *all = all_fields(columns);
    else if (!check_fields(columns, *fields, error))
        return NULL;
    result = run(connection, ids, *fields, FALSE, &is_difficult, &reason);
    if (is_difficult && columns->extra_is_json && asks_for_extra(*fields)) {
        g_clear_error(&reason);
        result = run(connection, ids, *fields, TRUE, &is_difficult, &reason);
    }
    if (result == NULL) {
        g_propagate_error(error, g_steal_pointer(&reason));
        return NULL;
    }
    if (check_size(result, error))
        return result;
    PQclear(result);
    return NULL;
}

MgEvents *mg_event_query_load(MgConnection *connection, const gint64 *event_ids, gsize n_ids,
                              const gchar *const *fields, GError **error)
{
    g_autofree gchar *ids = mg_pg_array_format_ids(event_ids, n_ids);
    g_autofree const gchar **all = NULL;
    const Columns *columns = learn_columns(connection, error);
    PGresult *result = query(connection, columns, ids, &fields, &all, error);
    g_autoptr(GArray) found = NULL;
    MgEvents *events = NULL;
    Shared *shared = NULL;

    if (result == NULL)
        return NULL;
    shared = shared_new(result);
    found = order_rows(result);
    events = take_rows(columns, shared, found, fields);
    shared_unref(shared);
    return events;
}

static gchar *format_all_ids(const MgGroup *const *groups, gsize n_groups)
{
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(gint64));

    for (gsize i = 0; i < n_groups; i++)
        g_array_append_vals(ids, groups[i]->event_ids, (guint)groups[i]->n_events);
    return mg_pg_array_format_ids((gint64 *)ids->data, ids->len);
}

gboolean mg_event_query_load_lot(MgConnection *connection, const MgGroup *const *groups,
                                 gsize n_groups, const gchar *const *fields, MgEvents **events,
                                 GError **error)
{
    g_autofree gchar *ids = format_all_ids(groups, n_groups);
    g_autofree const gchar **all = NULL;
    const Columns *columns = learn_columns(connection, error);
    PGresult *result = query(connection, columns, ids, &fields, &all, error);
    g_autoptr(GArray) found = NULL;
    Shared *shared = NULL;

    if (result == NULL)
        return FALSE;
    shared = shared_new(result);
    found = order_rows(result);
    for (gsize i = 0; i < n_groups; i++) {
        g_autoptr(GArray) rows = rows_of_group(found, groups[i]);
        events[i] = take_rows(columns, shared, rows, fields);
    }
    shared_unref(shared);
    return TRUE;
}

gboolean mg_event_query_check(MgConnection *connection, const gchar *const *fields, GError **error)
{
    const Columns *columns = learn_columns(connection, error);

    return columns != NULL && check_fields(columns, fields, error);
}
