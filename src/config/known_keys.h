/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * The table of all keys of the configuration file that the program knows: to add a
 * key, add a line here, a field in model/settings.h and a paragraph in intelmq-mailgen.conf.5.
 */
#pragma once

#include <glib.h>

typedef enum {
    MG_KEY_OBJECT,      /* holds keys of its own */
    MG_KEY_TEXT,        /* gchar * */
    MG_KEY_SECRET,      /* gchar *, never shown in a message */
    MG_KEY_SECRET_FILE, /* gchar *: the content of the file, one line */
    MG_KEY_BOOLEAN,     /* gboolean */
    MG_KEY_INTEGER,     /* guint */
    MG_KEY_PORT,        /* guint; a string of digits will do too, as psycopg2 takes it */
    MG_KEY_CHOICE,      /* an enumeration, whose values stand in the order of `choices` */
    MG_KEY_LEVEL,       /* MgLogLevel */
    MG_KEY_HOST,        /* gchar * */
    MG_KEY_DIRECTORY,   /* gchar *, a directory that can be read */
    MG_KEY_FILE,        /* gchar *, a file that can be read */
    MG_KEY_MAILBOX,     /* gchar *, an address that may carry a display name */
    MG_KEY_ADDRESS,     /* gchar *, an address without */
    MG_KEY_PATTERNS,    /* gchar ** */
    MG_KEY_HEADERS,     /* MgPairs * */
} MgKeyKind;

typedef enum {
    MG_KEY_IS_REQUIRED = 1 << 0,
    MG_KEY_MAY_BE_NULL = 1 << 1,  /* although required; a key that is not required always may */
    MG_KEY_MAY_BE_EMPTY = 1 << 2, /* an empty string is as good as no key */
    MG_KEY_WARNS = 1 << 3,        /* of an object: other keys in it are warned of */
    MG_KEY_MAY_BE_AUTO = 1 << 5,  /* of an integer: "auto", which is stored as 0 */
    MG_KEY_IS_STRICT = 1 << 4,    /* of an object: other keys in it are errors */
} MgKeyFlags;

typedef struct {
    const gchar *path; /* "smtp.port" */
    MgKeyKind kind;
    guint flags;
    gssize offset;               /* of the field in MgSettings; -1: only checked */
    const gchar *fallback;       /* (nullable): the value of a missing key, as text */
    guint minimum;               /* MG_KEY_INTEGER */
    guint maximum;               /* MG_KEY_INTEGER */
    const gchar *const *choices; /* MG_KEY_CHOICE: NULL-terminated */
} MgKnownKey;

/* In an order in which objects stand before their keys, a secret before its file. */
const MgKnownKey *mg_known_keys(gsize *n_keys);

/* (nullable) */
const MgKnownKey *mg_known_keys_find(const gchar *path);

/* The known key beside `path` in the same object that one slip of the finger makes of it: one
 * letter missing, too many, wrong, or two exchanged. (nullable) */
const MgKnownKey *mg_known_keys_guess(const gchar *path);

/* How a message names what is wanted: "an integer from 1 to 65535". (transfer full) */
gchar *mg_known_keys_wanted(const MgKnownKey *key);
