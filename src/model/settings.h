/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * The settings of a site, checked (intelmq-mailgen.conf(5)). config/ fills them from JSON; a test
 * may fill them by hand. Each folder is handed its own section and knows no other.
 *
 * Immutable once made; for any thread.
 */
#pragma once

#include "base/log.h"
#include "model/pairs.h"

#include <glib.h>

typedef struct {
    gchar *name; /* (nullable) here and below: libpq's own default, PG* included */
    gchar *username;
    gchar *password; /* from password_file already where the site keeps it there */
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
    gchar *password; /* (nullable) without a login; from password_file already */
    gchar *ca_file;  /* (nullable): the system's */
    guint timeout;   /* seconds that a command may go without an answer */
} MgSmtpSettings;

typedef enum {
    MG_SIGNING_AUTO, /* the fastest way that makes gpg's very bytes */
    MG_SIGNING_AGENT,
    MG_SIGNING_GPG,
} MgSigningMethod;

typedef struct {
    gboolean always_sign;
    gchar *gnupg_home;  /* (nullable): GnuPG's own default */
    gchar *signing_key; /* (nullable) where not signing; fingerprint or key id, may name a subkey */
    MgSigningMethod method;
} MgOpenpgpSettings;

typedef enum {
    MG_INSTANCES_EXCLUSIVE,
    MG_INSTANCES_SHARED,
} MgInstances;

typedef enum {
    MG_UNCERTAIN_RESEND,
    MG_UNCERTAIN_HOLD,
} MgUncertain;

/* The brakes, which no format and no script can get round. */
typedef struct {
    gchar *redirect_to;            /* (nullable): everything goes to this address instead */
    gchar **allow_recipients;      /* (nullable): everyone; patterns with * and ?, empty: nobody */
    guint max_mails_per_run;       /* here and below: 0 is no limit */
    guint max_mails_per_recipient; /* in one run */
    guint max_events_per_mail;
} MgSafetySettings;

typedef enum {
    MG_LOG_TARGET_STDERR,
    MG_LOG_TARGET_JOURNALD,
    MG_LOG_TARGET_SYSLOG,
    MG_LOG_TARGET_FILE,
} MgLogTarget;

typedef enum {
    MG_LOG_FORMAT_TEXT,
    MG_LOG_FORMAT_JSON,
} MgLogFormat;

typedef struct {
    MgLogTarget target;
    gchar *file; /* (nullable) unless target is MG_LOG_TARGET_FILE */
    MgLogFormat format;
} MgLogSettings;

/* Reports for machines; what a format needs and is missing is found when formats are known. */
typedef struct {
    gchar *org;           /* (nullable), as all of these */
    gchar *contact;       /* a bare address */
    gchar *domain;        /* of the reporter */
    gchar *schema_cache;  /* X-ARF 0.2: a directory with schemas */
    gchar *report_domain; /* X-ARF 0.2: of report ids; the sender's */
} MgXarfSettings;

typedef struct {
    MgDatabaseSettings database;
    MgSmtpSettings smtp;
    MgOpenpgpSettings openpgp;
    MgSafetySettings safety;
    MgLogSettings log;
    MgXarfSettings xarf;
    gchar *template_dir;
    gchar *script_directory;
    gchar *sender;        /* may carry a display name; only looked at, mime/ checks it */
    gchar *reply_to;      /* (nullable); likewise */
    gchar *envelope_from; /* (nullable): the bare address of `sender` */
    MgPairs *headers;     /* further fixed headers; names and values are fit for a header */
    MgLogLevel logging_level;
    guint mail_size_limit; /* bytes: of mails whose form is chosen by their size */
    guint workers;         /* 0: as many as pay */
    guint groups_in_hand;  /* of a worker at once; 0: as many as it sends within 20 ms */
    MgInstances instances;
    MgUncertain uncertain_deliveries;
    /* The whole merged configuration: format scripts read their own keys in it. */
    gchar *merged_json;
    gchar **warnings; /* what the operator should be told about the files; may be empty */
} MgSettings;

MgSettings *mg_settings_new(void); /* all empty; headers and warnings not NULL */
void mg_settings_free(MgSettings *settings);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgSettings, mg_settings_free)

/* Whether mail or a password for `host` stays on this machine: localhost, 127.0.0.0/8 and ::1. */
gboolean mg_settings_is_loopback(const gchar *host);
