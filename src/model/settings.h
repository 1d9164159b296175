/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * The settings of a site, checked (contract 5). config/ fills them from JSON; a test may fill them
 * by hand. Each folder is handed its own section and knows no other.
 *
 * Immutable once made; for any thread.
 */
#pragma once

#include "base/log.h"

#include <glib.h>

typedef struct {
    gchar *name; /* (nullable) here and below: libpq's own default, PG* included */
    gchar *username;
    gchar *password;
    gchar *host;
    guint port;                        /* 0: libpq's own default */
    gchar *additional_directive_where; /* (nullable): SQL of the administrator, trusted */
} MgDatabaseSettings;

typedef enum {
    MG_TLS_NEVER,
    MG_TLS_OPPORTUNISTIC, /* STARTTLS where offered, certificate not verified */
    MG_TLS_REQUIRED,      /* STARTTLS, certificate and name verified */
    MG_TLS_IMPLICIT,      /* TLS from the first byte, certificate and name verified */
} MgTls;

typedef struct {
    gchar *host;
    guint port;
    MgTls tls;       /* the default already resolved: never towards a loopback host */
    gchar *username; /* (nullable): no login */
    gchar *password; /* (nullable) */
    gchar *ca_file;  /* (nullable): the system's */
    guint timeout;   /* seconds that a command may go without an answer */
} MgSmtpSettings;

typedef struct {
    gboolean always_sign;
    gchar *gnupg_home;  /* (nullable): GnuPG's own default */
    gchar *signing_key; /* (nullable) where not signing; fingerprint or key id, may name a subkey */
} MgOpenpgpSettings;

typedef enum {
    MG_INSTANCES_EXCLUSIVE,
    MG_INSTANCES_SHARED,
} MgInstances;

typedef enum {
    MG_UNCERTAIN_RESEND,
    MG_UNCERTAIN_HOLD,
} MgUncertain;

typedef struct {
    MgDatabaseSettings database;
    MgSmtpSettings smtp;
    MgOpenpgpSettings openpgp;
    gchar *template_dir;
    gchar *script_directory;
    gchar *sender;
    MgLogLevel logging_level;
    guint workers;
    MgInstances instances;
    MgUncertain uncertain_deliveries;
    gchar
        *merged_json; /* the whole merged configuration: format scripts read their own keys in it */
} MgSettings;

MgSettings *mg_settings_new(void); /* all empty */
void mg_settings_free(MgSettings *settings);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgSettings, mg_settings_free)
