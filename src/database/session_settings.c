/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "database/session_settings.h"

/* The isolation matters: a statement that checks what changed while the one before it waited for or
 * took a lock needs a fresh snapshot. lock_timeout: none of our statements ever has to wait long,
 * except where somebody keeps a lock for his whole run. JIT only delays the query for the pending
 * groups. */
static const gchar set_up_sql[] =
    "SET TIME ZONE 'UTC';"
    "SET datestyle = 'ISO';"
    "SET intervalstyle = 'postgres';"
    "SET extra_float_digits = 1;"
    "SET standard_conforming_strings = on;"
    "SET bytea_output = 'hex';"
    "SET client_min_messages = warning;"
    "SET idle_in_transaction_session_timeout = 0;"
    "SET default_transaction_isolation = 'read committed';"
    "SET default_transaction_read_only = off;"
    "SET default_transaction_deferrable = off;"
    "SET lock_timeout = '60s';"
    /* A row that a policy hides would look like one that is gone: better an error. */
    "SET row_security = off;"
    "SELECT pg_catalog.set_config('synchronous_commit', 'on', false)"
    " WHERE pg_catalog.current_setting('synchronous_commit') = 'off'::text;"
    /* A temporary table must not stand in for one of ours. The path itself is the site's: the
     * objects are where its table events is. */
    "SELECT pg_catalog.set_config('search_path', pg_catalog.concat_ws(', '::text,"
    "   nullif(pg_catalog.current_setting('search_path'), ''::text), 'pg_temp'::text), false)"
    " WHERE pg_catalog.current_setting('search_path') !~ '(^|,) *\"?pg_temp\"? *(,|$)'::text;";

static const struct {
    gint version;
    const gchar *sql;
} newer_set_up[] = {
    {110000, "SET jit = off;"},
    {120000, "SET plan_cache_mode = force_generic_plan;"},
    {140000, "SET idle_session_timeout = 0;"},
    {170000, "SET transaction_timeout = 0;"},
};

/* A page that is changed for the first time since a checkpoint goes into the WAL whole: with few
 * rows on each of many pages that is a third of all WAL. lz4 makes it a fifth, at no cost that can
 * be measured. Where somebody has chosen otherwise, that stays; nobody else's sessions change. */
static const gchar writer_sql[] =
    "SELECT pg_catalog.set_config('wal_compression', 'lz4', false) FROM pg_catalog.pg_settings"
    " WHERE name = 'wal_compression' AND source = 'default' AND 'lz4' = ANY (enumvals)"
    " AND pg_catalog.has_parameter_privilege('wal_compression', 'SET');";
#define PARAMETER_PRIVILEGES 150000 /* since when there are any, and lz4 */

static gchar *make_sql(const gchar *before, gint server_version, gboolean writes_much)
{
    GString *sql = g_string_new(before);

    g_string_append(sql, set_up_sql);
    for (gsize i = 0; i < G_N_ELEMENTS(newer_set_up); i++)
        if (server_version >= newer_set_up[i].version)
            g_string_append(sql, newer_set_up[i].sql);
    if (writes_much && server_version >= PARAMETER_PRIVILEGES)
        g_string_append(sql, writer_sql);
    g_string_append(sql, "SELECT pg_catalog.pg_backend_pid();");
    return g_string_free(sql, FALSE);
}

gchar *mg_session_settings_sql(gint server_version, gboolean writes_much)
{
    return make_sql("", server_version, writes_much);
}

gchar *mg_session_settings_reset_sql(gint server_version, gboolean writes_much)
{
    return make_sql("SET SESSION AUTHORIZATION DEFAULT; RESET ALL;", server_version, writes_much);
}
