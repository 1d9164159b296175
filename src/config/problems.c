/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "config/problems.h"

#include "base/error.h"

#include <stdarg.h>

MgProblems *mg_problems_new(void)
{
    MgProblems *problems = g_new0(MgProblems, 1);

    problems->errors = g_ptr_array_new_with_free_func(g_free);
    problems->warnings = g_ptr_array_new_with_free_func(g_free);
    return problems;
}

void mg_problems_free(MgProblems *problems)
{
    if (problems == NULL)
        return;
    g_ptr_array_unref(problems->errors);
    g_ptr_array_unref(problems->warnings);
    g_free(problems);
}

static void add(GPtrArray *lines, const MgNode *value, const gchar *path, const gchar *message)
{
    g_autofree gchar *place = mg_node_place(value);
    g_autofree gchar *quoted = mg_error_quote(path);

    g_ptr_array_add(lines, g_strdup_printf("%s: key %s: %s", place, quoted, message));
}

void mg_problems_error(MgProblems *problems, const MgNode *value, const gchar *path,
                       const gchar *format, ...)
{
    g_autofree gchar *message = NULL;
    va_list arguments;

    va_start(arguments, format);
    message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    add(problems->errors, value, path, message);
}

void mg_problems_warning(MgProblems *problems, const MgNode *value, const gchar *path,
                         const gchar *format, ...)
{
    g_autofree gchar *message = NULL;
    va_list arguments;

    va_start(arguments, format);
    message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    add(problems->warnings, value, path, message);
}

static gboolean may_hold_secret(const MgKnownKey *key)
{
    return key->kind == MG_KEY_SECRET || key->kind == MG_KEY_OBJECT;
}

/* `"25x" (a string)`, `an object`, `null`. */
static gchar *describe(const MgNode *value, const MgKnownKey *key)
{
    const gchar *type_name = mg_node_type_name(value);
    g_autofree gchar *shown = NULL;
    const gchar *quote = NULL;

    if (value->kind != MG_NODE_TEXT)
        return g_strdup(type_name);
    if (may_hold_secret(key))
        return g_strdup_printf("(hidden) (%s)", type_name);
    shown = mg_error_escape_bytes(value->text, value->length);
    quote = mg_node_is_string(value) ? "\"" : "";
    return g_strdup_printf("%s%s%s (%s)", quote, shown, quote, type_name);
}

void mg_problems_unfit(MgProblems *problems, const MgNode *value, const MgKnownKey *key,
                       const gchar *reason)
{
    g_autofree gchar *found = describe(value, key);
    g_autofree gchar *wanted = mg_known_keys_wanted(key);

    mg_problems_error(problems, value, key->path, "found %s, wanted %s%s%s", found, wanted,
                      reason == NULL ? "" : ": ", reason == NULL ? "" : reason);
}

gboolean mg_problems_report(const MgProblems *problems, GError **error)
{
    g_autoptr(GPtrArray) lines = g_ptr_array_new();
    g_autofree gchar *message = NULL;

    if (problems->errors->len == 0)
        return TRUE;
    for (guint i = 0; i < problems->errors->len; i++)
        g_ptr_array_add(lines, problems->errors->pdata[i]);
    g_ptr_array_add(lines, NULL);
    message = g_strjoinv("\n", (gchar **)lines->pdata);
    g_set_error_literal(error, MG_ERROR, MG_ERROR_SETUP, message);
    return FALSE;
}
