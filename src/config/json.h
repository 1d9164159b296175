/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * A JSON document (RFC 8259) as a tree whose values know the file and the place they came from.
 *
 * Numbers stay the text they are written as, so that no digit is lost. Values are immutable and
 * reference counted; for any thread. Not for YAML and not for large data.
 */
#pragma once

#include <glib.h>

typedef enum {
    MG_JSON_NULL,
    MG_JSON_BOOLEAN,
    MG_JSON_INTEGER, /* a number without point and exponent */
    MG_JSON_NUMBER,  /* a number with one of them */
    MG_JSON_STRING,
    MG_JSON_LIST,
    MG_JSON_OBJECT,
} MgJsonType;

typedef struct MgJson MgJson;

/* Parses the `length` bytes at `text`, which must be one JSON document in UTF-8 (a byte order mark
 * before it is passed over). Of a key that an object holds twice the last value counts, at the
 * place of the first, as in Python's json. Deeper than 64 levels, NaN, Infinity and halves of
 * surrogate pairs are errors. MG_ERROR_SETUP, `FILE:LINE:COLUMN: what is wrong`; never shows the
 * text, which may hold a password. */
MgJson *mg_json_parse(const gchar *file_name, const gchar *text, gsize length, GError **error);
MgJson *mg_json_ref(MgJson *value);
void mg_json_unref(MgJson *value);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgJson, mg_json_unref)

/* Contract 5: the members of both objects, those of `above` winning; where both hold an object
 * under one key its members are merged the same way, but not theirs. */
MgJson *mg_json_merge(MgJson *below, MgJson *above);

/* The value as JSON text; Python's json.loads() makes the same of it as of the files. */
gchar *mg_json_to_text(const MgJson *value);

MgJsonType mg_json_type(const MgJson *value);

/* What a message calls it: "an integer", "an object", ... */
const gchar *mg_json_type_name(const MgJson *value);

/* The text of a string, a number ("12.50"), or "true", "false", "null"; not for lists and objects.
 * A string may hold NUL characters: `length`, where not NULL, receives its length in bytes. */
const gchar *mg_json_text(const MgJson *value, gsize *length);

/* FALSE where the text of a string ends early for C. */
gboolean mg_json_is_c_string(const MgJson *value);

guint mg_json_count(const MgJson *value);                     /* of a list or an object */
const MgJson *mg_json_item(const MgJson *value, guint index); /* of a list or an object */
const gchar *mg_json_key(const MgJson *object, guint index);

/* (nullable): there is no such key */
const MgJson *mg_json_member(const MgJson *object, const gchar *key);

/* `FILE:LINE:COLUMN` of the value; of a list or an object that of its key. (transfer full) */
gchar *mg_json_place(const MgJson *value);
