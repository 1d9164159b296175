/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "config/value_check.h"

#include "base/error.h"
#include "config/header_check.h"
#include "config/path_check.h"
#include "config/secret_file.h"

#include <string.h>

typedef struct {
    const MgNode *value;
    const MgKnownKey *key;
    gpointer field; /* (nullable): only checked */
    MgProblems *problems;
} Check;

static void unfit(const Check *check, const gchar *reason)
{
    mg_problems_unfit(check->problems, check->value, check->key, reason);
}

/* Enumerations have the size and representation of guint here (System V ABI, checked below). */
G_STATIC_ASSERT(sizeof(MgTls) == sizeof(guint) && sizeof(MgInstances) == sizeof(guint) &&
                sizeof(MgUncertain) == sizeof(guint) && sizeof(MgLogTarget) == sizeof(guint) &&
                sizeof(MgLogFormat) == sizeof(guint) && sizeof(MgLogLevel) == sizeof(guint) &&
                sizeof(gboolean) == sizeof(guint));

static void store_number(const Check *check, guint number)
{
    if (check->field != NULL)
        *(guint *)check->field = number;
}

static void store_text(const Check *check, const gchar *text)
{
    gchar **field = check->field;

    if (field == NULL)
        return;
    g_free(*field);
    *field = g_strdup(text);
}

/* NULL, and said so, where the value is no string that C can hold. */
static const gchar *string_of(const Check *check)
{
    if (!mg_node_is_string(check->value)) {
        unfit(check, NULL);
        return NULL;
    }
    if (!mg_node_is_c_string(check->value)) {
        unfit(check, "holds a NUL character");
        return NULL;
    }
    return check->value->text;
}

/* Also NULL where the string is empty, which is an error unless the key allows it. */
static const gchar *filled_string_of(const Check *check)
{
    const gchar *text = string_of(check);

    if (text == NULL || *text != '\0')
        return text;
    if ((check->key->flags & MG_KEY_MAY_BE_EMPTY) == 0)
        unfit(check, "must not be empty");
    return NULL;
}

static void check_text(const Check *check)
{
    const gchar *text = filled_string_of(check);

    if (text != NULL)
        store_text(check, text);
}

static void check_boolean(const Check *check)
{
    if (mg_node_is_boolean(check->value))
        store_number(check, check->value->text[0] == 't');
    else
        unfit(check, NULL);
}

static gboolean is_auto(const Check *check)
{
    return (check->key->flags & MG_KEY_MAY_BE_AUTO) != 0 && mg_node_is_string(check->value) &&
           g_str_equal(check->value->text, "auto");
}

static void check_integer(const Check *check)
{
    const MgKnownKey *key = check->key;
    guint64 number = 0;

    if (is_auto(check) || (mg_node_is_integer(check->value) &&
                           g_ascii_string_to_unsigned(check->value->text, 10, key->minimum,
                                                      key->maximum, &number, NULL)))
        store_number(check, (guint)number);
    else
        unfit(check, NULL);
}

static void check_port(const Check *check)
{
    const gchar *text = NULL;
    guint64 number = 0;

    if (mg_node_is_string(check->value))
        text = filled_string_of(check);
    else if (mg_node_is_integer(check->value))
        text = check->value->text;
    else
        unfit(check, NULL);
    if (text == NULL)
        return;
    if (g_ascii_string_to_unsigned(text, 10, 1, 65535, &number, NULL))
        store_number(check, (guint)number);
    else
        unfit(check, NULL);
}

static void check_choice(const Check *check)
{
    const gchar *text = string_of(check);

    if (text == NULL)
        return;
    for (guint i = 0; check->key->choices[i] != NULL; i++)
        if (g_str_equal(check->key->choices[i], text)) {
            store_number(check, i);
            return;
        }
    unfit(check, NULL);
}

static void check_level(const Check *check)
{
    const gchar *text = string_of(check);
    MgLogLevel level = MG_LOG_INFO;

    if (text == NULL)
        return;
    if (mg_log_level_from_name(text, &level))
        store_number(check, level);
    else
        unfit(check, NULL);
}

/* The name becomes part of a URL, where a slash or an @ would change its meaning. */
static void check_host(const Check *check)
{
    const gchar *text = filled_string_of(check);

    if (text == NULL)
        return;
    for (const gchar *at = text; *at != '\0'; at++)
        if (!g_ascii_isalnum(*at) && strchr(".-_:", *at) == NULL) {
            unfit(check, NULL);
            return;
        }
    store_text(check, text);
}

static void check_path(const Check *check, const gchar *(*complaint_of)(const gchar *path))
{
    const gchar *path = filled_string_of(check);
    const gchar *complaint = path == NULL ? NULL : complaint_of(path);

    if (complaint != NULL)
        unfit(check, complaint);
    else if (path != NULL)
        store_text(check, path);
}

/* Only what would harm at once; mime/ checks addresses in earnest. */
static void check_address(const Check *check, gboolean may_have_name)
{
    const gchar *text = filled_string_of(check);
    const gchar *at_sign = text == NULL ? NULL : strrchr(text, '@');

    if (text == NULL)
        return;
    if (at_sign == NULL || at_sign == text || at_sign[1] == '\0') {
        unfit(check, "an address has the form local@domain");
        return;
    }
    for (const gchar *at = text; *at != '\0'; at++) {
        if (g_ascii_iscntrl(*at)) {
            unfit(check, "holds a line break or another control character");
            return;
        }
        if (!may_have_name && strchr(" <>,;", *at) != NULL) {
            unfit(check, "holds more than a bare address");
            return;
        }
    }
    store_text(check, text);
}

static void check_patterns(const Check *check)
{
    g_autoptr(GPtrArray) patterns = g_ptr_array_new_with_free_func(g_free);
    gchar ***field = check->field;

    if (check->value->kind != MG_NODE_LIST) {
        unfit(check, NULL);
        return;
    }
    for (guint i = 0; i < mg_node_count(check->value); i++) {
        Check item = {mg_node_value(check->value, i), check->key, NULL, check->problems};
        const gchar *pattern = filled_string_of(&item);

        if (pattern == NULL)
            return;
        g_ptr_array_add(patterns, g_strdup(pattern));
    }
    g_ptr_array_add(patterns, NULL);
    g_strfreev(*field);
    *field = (gchar **)g_ptr_array_free(g_steal_pointer(&patterns), FALSE);
}

static void check_secret_file(const Check *check)
{
    const gchar *filename = filled_string_of(check);
    gchar **field = check->field;
    g_autoptr(GError) error = NULL;
    gboolean world_readable = FALSE;
    gchar *secret = NULL;

    if (filename == NULL)
        return;
    if (*field != NULL) {
        g_autofree gchar *other = g_strndup(check->key->path, strlen(check->key->path) - 5);
        mg_problems_error(check->problems, check->value, check->key->path,
                          "found beside key '%s', wanted only one of them", other);
        return;
    }
    secret = mg_secret_file_read(filename, &world_readable, &error);
    if (secret == NULL) {
        mg_problems_error(check->problems, check->value, check->key->path, "%s", error->message);
        return;
    }
    if (world_readable) {
        g_autofree gchar *quoted = mg_error_quote(filename);
        mg_problems_warning(check->problems, check->value, check->key->path,
                            "every user of this machine can read %s", quoted);
    }
    *field = secret;
}

static void check_object(const Check *check)
{
    if (check->value->kind != MG_NODE_MAP)
        unfit(check, NULL);
}

static void check_directory(const Check *check)
{
    check_path(check, mg_path_check_directory);
}

static void check_file(const Check *check)
{
    check_path(check, mg_path_check_file);
}

static void check_mailbox(const Check *check)
{
    check_address(check, TRUE);
}

static void check_bare_address(const Check *check)
{
    check_address(check, FALSE);
}

static void check_headers(const Check *check)
{
    mg_header_check(check->value, check->key, *(MgPairs **)check->field, check->problems);
}

void mg_value_check(const MgNode *value, const MgKnownKey *key, MgSettings *settings,
                    MgProblems *problems)
{
    static void (*const checks[])(const Check *check) = {
        [MG_KEY_OBJECT] = check_object,       [MG_KEY_TEXT] = check_text,
        [MG_KEY_SECRET] = check_text,         [MG_KEY_SECRET_FILE] = check_secret_file,
        [MG_KEY_BOOLEAN] = check_boolean,     [MG_KEY_INTEGER] = check_integer,
        [MG_KEY_PORT] = check_port,           [MG_KEY_CHOICE] = check_choice,
        [MG_KEY_LEVEL] = check_level,         [MG_KEY_HOST] = check_host,
        [MG_KEY_DIRECTORY] = check_directory, [MG_KEY_FILE] = check_file,
        [MG_KEY_MAILBOX] = check_mailbox,     [MG_KEY_ADDRESS] = check_bare_address,
        [MG_KEY_PATTERNS] = check_patterns,   [MG_KEY_HEADERS] = check_headers,
    };
    gpointer field = key->offset < 0 ? NULL : (gchar *)settings + key->offset;
    const Check check = {value, key, field, problems};

    g_assert((gsize)key->kind < G_N_ELEMENTS(checks) && checks[key->kind] != NULL);
    checks[key->kind](&check);
}

void mg_value_check_fall_back(const MgKnownKey *key, MgSettings *settings)
{
    gpointer field = (gchar *)settings + key->offset;

    if (key->offset < 0 || key->fallback == NULL)
        return;
    switch (key->kind) {
    case MG_KEY_INTEGER:
        *(guint *)field = (guint)g_ascii_strtoull(key->fallback, NULL, 10);
        return;
    case MG_KEY_LEVEL:
        g_assert(mg_log_level_from_name(key->fallback, field));
        return;
    case MG_KEY_CHOICE:
        for (guint i = 0; key->choices[i] != NULL; i++)
            if (g_str_equal(key->choices[i], key->fallback))
                *(guint *)field = i;
        return;
    default:
        g_free(*(gchar **)field);
        *(gchar **)field = g_strdup(key->fallback);
        return;
    }
}
