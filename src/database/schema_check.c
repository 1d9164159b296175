/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "database/schema_check.h"

#include "base/error.h"
#include "database/batch.h"
#include "database/handle.h"

#define OLDEST_SERVER 130000
#define INSTALL "psql -f notifications.sql, as the superuser, in this database"

static const gchar doing[] = "cannot look at the database's objects";

/* What is needed, in the order of telling; the needs of one object follow each other. `kind`: of
 * has_KIND_privilege(); "owner" is membership in the owner of a sequence. `lost`: NULL where
 * nothing works without it. `columns`: NULL where the whole table is needed, also because the
 * program asks for it by has_table_privilege() before it relies on a table that older databases
 * lack. */
static const struct {
    const gchar *kind;
    const gchar *object;
    const gchar *privileges; /* separated by blanks */
    const gchar *lost;
    const gchar *columns; /* a text[]: the privilege on these is enough */
} needs[] = {
    {"table", "events", "SELECT", NULL, "{id}"}, /* and what the formats ask for */
    {"table", "directives", "SELECT", NULL,
     "{id,events_id,sent_id,medium,recipient_address,template_name,notification_format,"
     "event_data_format,aggregate_identifier,notification_interval,endpoint,inserted_at}"},
    {"table", "directives", "UPDATE", NULL, "{sent_id}"},
    {"table", "sent", "SELECT", NULL, "{id,intelmq_ticket,sent_at}"},
    {"table", "sent", "INSERT", NULL, "{intelmq_ticket,sent_at}"},
    {"sequence", "sent_id_seq", "USAGE", NULL},
    {"table", "ticket_day", "SELECT UPDATE", NULL, "{initialized_for_day}"},
    {"owner", "intelmq_ticket_seq", "OWNER", NULL},
    {"table", "delivery_intents", "SELECT INSERT UPDATE DELETE",
     "a mail whose delivery was interrupted is sent again under a new ticket number"},
    {"sequence", "delivery_intents_id_seq", "USAGE",
     "a mail whose delivery was interrupted is sent again under a new ticket number"},
    {"table", "notification_runs", "SELECT INSERT UPDATE DELETE",
     "the last runs and how they ended are not kept"},
    {"sequence", "notification_runs_id_seq", "USAGE",
     "the last runs and how they ended are not kept"},
    {"table", "refused_groups", "SELECT INSERT UPDATE DELETE",
     "groups that are refused run after run cannot be listed and set aside"},
    {"sequence", "refused_groups_id_seq", "USAGE",
     "groups that are refused run after run cannot be listed and set aside"},
    {"table", "rejected_directives", "SELECT",
     "directives that could not be stored cannot be listed"},
    {"function", "set_aside_vanished_directives(bigint[])", "EXECUTE",
     "directives whose event was removed stay pending for ever"},
    {"table", "notifications_schema_version", "SELECT",
     "whether the objects are up to date is not known", "{version}"},
};

/* Whether the privilege is held on the table, or on all the columns $3; these are NULL where $2
 * may be none of columns. */
#define HELD_BY(who)                                                                               \
    "pg_catalog.has_table_privilege(" who "relation, $2) OR"                                       \
    " CASE WHEN $3::text[] IS NULL THEN false ELSE"                                                \
    " (SELECT pg_catalog.count(*) FROM pg_catalog.pg_attribute"                                    \
    "  WHERE attrelid = relation AND attname::text = ANY ($3::text[]) AND NOT attisdropped"        \
    "  AND pg_catalog.has_column_privilege(" who "relation, attnum, $2))"                          \
    " = pg_catalog.cardinality($3::text[]) END"
#define HELD_BY_LOGIN HELD_BY("")
#define HELD_BY_ROLE HELD_BY("role, ")

/* One row a privilege: whether the object is there, whether the login holds the privilege, and the
 * role eventdb_send_notifications (NULL: there is no such role); of tables, whether the login holds
 * it on the whole table.
 * Privileges of a role that the login would have to SET ROLE to do not count, as they do not when
 * sending. */
static const gchar privilege_sql[] =
    "SELECT relation IS NOT NULL, " HELD_BY_LOGIN ", " HELD_BY_ROLE ","
    " pg_catalog.has_table_privilege(relation, $2)"
    " FROM (SELECT pg_catalog.to_regclass($1)::oid) AS wanted (relation)"
    " LEFT JOIN (SELECT oid FROM pg_catalog.pg_roles"
    "            WHERE rolname = 'eventdb_send_notifications') AS known (role) ON true";
static const gchar sequence_sql[] =
    "SELECT relation IS NOT NULL,"
    " pg_catalog.has_sequence_privilege(relation, $2),"
    " pg_catalog.has_sequence_privilege(role, relation, $2)"
    " FROM (SELECT pg_catalog.to_regclass($1)::oid) AS wanted (relation)"
    " LEFT JOIN (SELECT oid FROM pg_catalog.pg_roles"
    "            WHERE rolname = 'eventdb_send_notifications') AS known (role) ON true";
static const gchar owner_sql[] =
    "SELECT relation IS NOT NULL,"
    " (SELECT pg_catalog.pg_has_role(relowner, 'USAGE') FROM pg_catalog.pg_class"
    "   WHERE oid = relation),"
    " (SELECT pg_catalog.pg_has_role(role, relowner, 'USAGE') FROM pg_catalog.pg_class"
    "   WHERE oid = relation AND $2::text IS NOT NULL)"
    " FROM (SELECT pg_catalog.to_regclass($1)::oid) AS wanted (relation)"
    " LEFT JOIN (SELECT oid FROM pg_catalog.pg_roles"
    "            WHERE rolname = 'eventdb_send_notifications') AS known (role) ON true";
static const gchar function_sql[] =
    "SELECT function IS NOT NULL,"
    " pg_catalog.has_function_privilege(function, $2),"
    " pg_catalog.has_function_privilege(role, function, $2)"
    " FROM (SELECT pg_catalog.to_regprocedure($1)::oid) AS wanted (function)"
    " LEFT JOIN (SELECT oid FROM pg_catalog.pg_roles"
    "            WHERE rolname = 'eventdb_send_notifications') AS known (role) ON true";

/* Where the login may not look into a schema, its objects seem not to be there. */
static const gchar closed_sql[] =
    "SELECT pg_catalog.quote_ident(n.nspname) FROM pg_catalog.pg_class AS c"
    " JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace"
    " WHERE c.relname = 'events' AND c.relkind IN ('r', 'p')"
    " AND pg_catalog.to_regclass('events') IS NULL"
    " AND NOT pg_catalog.has_schema_privilege(n.oid, 'USAGE') ORDER BY n.nspname LIMIT 1";

static const gchar login_sql[] =
    "SELECT pg_catalog.quote_ident(current_user), coalesce((SELECT pg_catalog.pg_has_role(oid, "
    "'USAGE')"
    " FROM pg_catalog.pg_roles WHERE rolname = 'eventdb_send_notifications'), false)";
static const gchar trigger_sql[] =
    "SELECT (SELECT tgenabled FROM pg_catalog.pg_trigger"
    " WHERE tgrelid = pg_catalog.to_regclass('events')"
    " AND tgname = 'events_insert_directive_trigger' AND NOT tgisinternal LIMIT 1)";
static const gchar policies_sql[] =
    "SELECT c.relname FROM pg_catalog.pg_class AS c"
    " WHERE c.oid IN (pg_catalog.to_regclass('events'), pg_catalog.to_regclass('directives'),"
    "  pg_catalog.to_regclass('sent'), pg_catalog.to_regclass('ticket_day'),"
    "  pg_catalog.to_regclass('delivery_intents'))"
    " AND pg_catalog.row_security_active(c.oid) ORDER BY c.relname";
static const gchar version_sql[] = "SELECT pg_catalog.max(version) FROM "
                                   "notifications_schema_version";

typedef struct {
    MgConnection *connection;
    GPtrArray *findings;
    gchar *login; /* as an SQL identifier */
    gboolean is_member;
    gboolean knows_version; /* the table with it may be read */
} Inspection;

static void finding_free(gpointer data)
{
    MgSchemaFinding *finding = data;

    g_free(finding->message);
    g_free(finding->advice);
    g_free(finding);
}

static void add(Inspection *inspection, MgSchemaGrade grade, gchar *message, gchar *advice)
{
    MgSchemaFinding *finding = g_new(MgSchemaFinding, 1);

    *finding = (MgSchemaFinding){grade, message, advice};
    g_ptr_array_add(inspection->findings, finding);
}

static const gchar *sql_of(const gchar *kind)
{
    if (g_str_equal(kind, "sequence"))
        return sequence_sql;
    if (g_str_equal(kind, "owner"))
        return owner_sql;
    return g_str_equal(kind, "function") ? function_sql : privilege_sql;
}

/* `is_granted`: the role holds it, only the login is no member. */
static gchar *grant_for(const Inspection *inspection, gsize need, const gchar *privilege,
                        gboolean has_role, gboolean is_granted)
{
    const gchar *kind = needs[need].kind;
    const gchar *grantee =
        has_role && inspection->is_member ? "eventdb_send_notifications" : inspection->login;

    if (is_granted && !inspection->is_member)
        return g_strdup_printf("GRANT eventdb_send_notifications TO %s;", inspection->login);
    if (g_str_equal(kind, "owner"))
        return g_strdup_printf("ALTER SEQUENCE %s OWNER TO %s;", needs[need].object, grantee);
    return g_strdup_printf("GRANT %s ON %s%s TO %s;", privilege,
                           g_str_equal(kind, "table")      ? ""
                           : g_str_equal(kind, "sequence") ? "SEQUENCE "
                                                           : "FUNCTION ",
                           needs[need].object, grantee);
}

static gchar *describe(gsize need, const gchar *privilege)
{
    if (g_str_equal(needs[need].kind, "owner"))
        return g_strdup_printf("not the owner of %s", needs[need].object);
    return g_strdup_printf("no %s on %s", privilege, needs[need].object);
}

/* Privileges with the same advice, and the same loss, make one finding. */
static void add_missing(Inspection *inspection, gsize need, const gchar *privilege,
                        const PGresult *result)
{
    gboolean has_role = !PQgetisnull(result, 0, 2);
    gboolean is_granted = has_role && PQgetvalue(result, 0, 2)[0] == 't';
    g_autofree gchar *advice = grant_for(inspection, need, privilege, has_role, is_granted);
    g_autofree gchar *what = describe(need, privilege);
    MgSchemaGrade grade = needs[need].lost == NULL ? MG_SCHEMA_UNFIT : MG_SCHEMA_LESS;

    for (guint i = 0; i < inspection->findings->len; i++) {
        MgSchemaFinding *known = g_ptr_array_index(inspection->findings, i);
        g_autofree gchar *longer = NULL;

        if (g_strcmp0(known->advice, advice) != 0)
            continue;
        longer = g_strdup_printf("%s, %s", known->message, what);
        known->grade = MAX(known->grade, grade);
        g_free(known->message);
        known->message = g_steal_pointer(&longer);
        return;
    }
    add(inspection, grade,
        g_strdup_printf("user %s: %s%s%s", inspection->login, what,
                        needs[need].lost != NULL ? ": " : "",
                        needs[need].lost != NULL ? needs[need].lost : ""),
        g_steal_pointer(&advice));
}

static void add_absent(Inspection *inspection, gsize need)
{
    const gchar *kind = needs[need].kind;
    const gchar *noun = g_str_equal(kind, "owner") ? "sequence" : kind;

    if (g_str_equal(needs[need].object, "events"))
        add(inspection, MG_SCHEMA_UNFIT, g_strdup("there is no table events"),
            g_strdup("set database.event to the database that IntelMQ's PostgreSQL output writes "
                     "to, or its search_path to the schema"));
    else
        add(inspection, needs[need].lost == NULL ? MG_SCHEMA_UNFIT : MG_SCHEMA_LESS,
            g_strdup_printf("there is no %s %s%s%s", noun, needs[need].object,
                            needs[need].lost != NULL ? ": " : "",
                            needs[need].lost != NULL ? needs[need].lost : ""),
            g_strdup(INSTALL));
}

/* An object that is not there is told of once, and the sequence of its table not besides. */
static gboolean is_told_already(gsize need)
{
    return g_str_equal(needs[need].kind, "sequence") ||
           (need > 0 && g_str_equal(needs[need].object, needs[need - 1].object));
}

/* What the formats ask for of it is known only when they do. */
static void add_partial(Inspection *inspection, gsize need, const PGresult *result)
{
    gboolean has_role = !PQgetisnull(result, 0, 2);

    add(inspection, MG_SCHEMA_LESS,
        g_strdup_printf("user %s: SELECT on some columns of %s only: a format or script that asks "
                        "for another fails",
                        inspection->login, needs[need].object),
        grant_for(inspection, need, "SELECT", has_role, FALSE));
}

static gboolean query_need(Inspection *inspection, gsize need, const gchar *privilege,
                           MgPgResult **result, GError **error)
{
    const gchar *sql = sql_of(needs[need].kind);

    if (g_str_equal(needs[need].kind, "table"))
        *result = mg_batch_query(inspection->connection, doing, sql,
                                 MG_PARAMETERS(needs[need].object, privilege, needs[need].columns),
                                 error);
    else
        *result = mg_batch_query(inspection->connection, doing, sql,
                                 MG_PARAMETERS(needs[need].object, privilege), error);
    return *result != NULL;
}

static void weigh(Inspection *inspection, gsize need, const gchar *privilege,
                  const PGresult *result)
{
    const gchar *object = needs[need].object;

    if (PQgetvalue(result, 0, 1)[0] != 't')
        add_missing(inspection, need, privilege, result);
    else if (g_str_equal(object, "notifications_schema_version"))
        inspection->knows_version = TRUE;
    else if (g_str_equal(object, "events") && PQgetvalue(result, 0, 3)[0] != 't')
        add_partial(inspection, need, result);
}

static gboolean check_need(Inspection *inspection, gsize need, GError **error)
{
    g_auto(GStrv) privileges = g_strsplit(needs[need].privileges, " ", -1);

    for (gchar **privilege = privileges; *privilege != NULL; privilege++) {
        g_autoptr(MgPgResult) result = NULL;
        if (!query_need(inspection, need, *privilege, &result, error))
            return FALSE;
        if (PQgetvalue(result, 0, 0)[0] != 't') {
            if (!is_told_already(need))
                add_absent(inspection, need);
            return TRUE;
        }
        weigh(inspection, need, *privilege, result);
    }
    return TRUE;
}

static gboolean check_version(Inspection *inspection, GError **error)
{
    g_autoptr(MgPgResult) result = NULL;
    gint64 found;

    if (!inspection->knows_version)
        return TRUE;
    result = mg_batch_query(inspection->connection, doing, version_sql, MG_NO_PARAMETERS, error);
    if (result == NULL)
        return FALSE;
    found = g_ascii_strtoll(PQgetvalue(result, 0, 0), NULL, 10);
    if (found < MG_SCHEMA_VERSION)
        add(inspection, MG_SCHEMA_LESS,
            g_strdup_printf("the objects are of version %" G_GINT64_FORMAT
                            ", older than this program, which knows %d",
                            found, MG_SCHEMA_VERSION),
            g_strdup(INSTALL));
    else if (found > MG_SCHEMA_VERSION)
        add(inspection, MG_SCHEMA_LESS,
            g_strdup_printf("the objects are of version %" G_GINT64_FORMAT
                            ", newer than this program, which knows %d",
                            found, MG_SCHEMA_VERSION),
            g_strdup("upgrade the program on this machine too"));
    return TRUE;
}

static gboolean check_trigger(Inspection *inspection, GError **error)
{
    g_autoptr(MgPgResult) result =
        mg_batch_query(inspection->connection, doing, trigger_sql, MG_NO_PARAMETERS, error);

    if (result == NULL)
        return FALSE;
    if (PQgetisnull(result, 0, 0))
        add(inspection, MG_SCHEMA_UNFIT,
            g_strdup("there is no trigger events_insert_directive_trigger on events: no event "
                     "makes directives"),
            g_strdup(INSTALL));
    else if (PQgetvalue(result, 0, 0)[0] == 'D')
        add(inspection, MG_SCHEMA_UNFIT,
            g_strdup("trigger events_insert_directive_trigger is switched off: no event makes "
                     "directives"),
            g_strdup("ALTER TABLE events ENABLE TRIGGER events_insert_directive_trigger;"));
    return TRUE;
}

/* A policy that hides rows from us: the sessions have row_security off, so that it is an error. */
static gboolean check_policies(Inspection *inspection, GError **error)
{
    g_autoptr(MgPgResult) result =
        mg_batch_query(inspection->connection, doing, policies_sql, MG_NO_PARAMETERS, error);

    if (result == NULL)
        return FALSE;
    for (gint row = 0; row < PQntuples(result); row++) {
        const gchar *table = PQgetvalue(result, row, 0);

        add(inspection, MG_SCHEMA_UNFIT,
            g_strdup_printf(
                "row-level security on table %s applies to user %s: what a policy hides "
                "would look like removed",
                table, inspection->login),
            g_strdup_printf("ALTER ROLE %s BYPASSRLS;", inspection->login));
    }
    return TRUE;
}

static void check_server(Inspection *inspection)
{
    const PGconn *pgconn = inspection->connection->pgconn;
    const gchar *version = PQparameterStatus(pgconn, "server_version");
    g_autofree gchar *where = mg_connection_describe(inspection->connection);

    if (PQserverVersion(pgconn) < OLDEST_SERVER)
        add(inspection, MG_SCHEMA_UNFIT,
            g_strdup_printf("%s: PostgreSQL %s, wanted 13 or later", where, version),
            g_strdup("upgrade the server"));
    else
        add(inspection, MG_SCHEMA_GOOD, g_strdup_printf("%s: PostgreSQL %s", where, version), NULL);
}

static gboolean learn_login(Inspection *inspection, GError **error)
{
    g_autoptr(MgPgResult) result =
        mg_batch_query(inspection->connection, doing, login_sql, MG_NO_PARAMETERS, error);

    if (result == NULL)
        return FALSE;
    inspection->login = g_strdup(PQgetvalue(result, 0, 0));
    inspection->is_member = PQgetvalue(result, 0, 1)[0] == 't';
    return TRUE;
}

/* The one finding, where `is_open` becomes FALSE: nothing more can be seen. */
static gboolean check_schema(Inspection *inspection, gboolean *is_open, GError **error)
{
    g_autoptr(MgPgResult) result =
        mg_batch_query(inspection->connection, doing, closed_sql, MG_NO_PARAMETERS, error);
    const gchar *schema;

    if (result == NULL)
        return FALSE;
    *is_open = PQntuples(result) == 0;
    if (*is_open)
        return TRUE;
    schema = PQgetvalue(result, 0, 0);
    add(inspection, MG_SCHEMA_UNFIT,
        g_strdup_printf("user %s: no USAGE on schema %s", inspection->login, schema),
        g_strdup_printf("GRANT USAGE ON SCHEMA %s TO %s;", schema,
                        inspection->is_member ? "eventdb_send_notifications" : inspection->login));
    return TRUE;
}

static gboolean inspect(Inspection *inspection, GError **error)
{
    guint before;
    gboolean is_open;

    check_server(inspection);
    before = inspection->findings->len;
    if (!learn_login(inspection, error) || !check_schema(inspection, &is_open, error))
        return FALSE;
    if (!is_open)
        return TRUE;
    for (gsize i = 0; i < G_N_ELEMENTS(needs); i++)
        if (!check_need(inspection, i, error))
            return FALSE;
    if (!check_version(inspection, error) || !check_trigger(inspection, error) ||
        !check_policies(inspection, error))
        return FALSE;
    if (inspection->findings->len == before)
        add(inspection, MG_SCHEMA_GOOD,
            g_strdup_printf("all objects are there, of version %d, and %s may use them",
                            MG_SCHEMA_VERSION, inspection->login),
            NULL);
    return TRUE;
}

GPtrArray *mg_schema_check(MgConnection *connection, GError **error)
{
    g_autoptr(GPtrArray) findings = g_ptr_array_new_with_free_func(finding_free);
    Inspection inspection = {.connection = connection, .findings = findings};
    gboolean succeeded = inspect(&inspection, error);

    g_free(inspection.login);
    return succeeded ? g_steal_pointer(&findings) : NULL;
}
