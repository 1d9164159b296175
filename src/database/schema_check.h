/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Whether the database has what the program needs, and the login may use it: for the
 * command `check`.
 */
#pragma once

#include "database/connection.h"

/* Of sql/notifications.sql, as this program knows it. */
#define MG_SCHEMA_VERSION 2

typedef enum {
    MG_SCHEMA_GOOD,
    MG_SCHEMA_LESS, /* works, but something is lost */
    MG_SCHEMA_UNFIT,
} MgSchemaGrade;

typedef struct {
    MgSchemaGrade grade;
    gchar *message;
    gchar *advice; /* (nullable): SQL or a command that mends it */
} MgSchemaFinding;

/* Server, objects, privileges, version; only reads. Privileges that one GRANT mends are one
 * finding. NULL with error where the database cannot be asked. (transfer full) (element-type
 * MgSchemaFinding) */
GPtrArray *mg_schema_check(MgConnection *connection, GError **error) G_GNUC_WARN_UNUSED_RESULT;
