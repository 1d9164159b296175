/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "formats/yaml_check.h"

#include "base/error.h"

#include <stdarg.h>
#include <string.h>

void mg_yaml_check_complain(const MgYamlNode *node, MgYamlComplaints *complaints,
                            const gchar *format, ...)
{
    g_autofree gchar *message = NULL;
    va_list arguments;

    if (node->kind == MG_YAML_BROKEN)
        return;
    va_start(arguments, format);
    message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    mg_yaml_complaints_add(complaints, MAX(node->line, 1), MAX(node->column, 1), "%s", message);
}

static gchar *describe(const MgYamlNode *node)
{
    switch (node->kind) {
    case MG_YAML_NOTHING:
        return g_strdup("left empty");
    case MG_YAML_TEXT:
        return mg_error_quote(node->text);
    case MG_YAML_LIST:
        return g_strdup("a list");
    default:
        return g_strdup("a mapping");
    }
}

static void complain_type(const MgYamlNode *node, const gchar *what, const gchar *wanted,
                          MgYamlComplaints *complaints)
{
    g_autofree gchar *found = describe(node);

    mg_yaml_check_complain(node, complaints, "%s must be %s, but is %s", what, wanted, found);
}

gboolean mg_yaml_check_map(const MgYamlNode *node, const gchar *what, MgYamlComplaints *complaints)
{
    if (node->kind == MG_YAML_MAP)
        return TRUE;
    complain_type(node, what, "a mapping (lines of the form \"key: value\")", complaints);
    return FALSE;
}

gboolean mg_yaml_check_list(const MgYamlNode *node, const gchar *what, MgYamlComplaints *complaints)
{
    if (node->kind == MG_YAML_LIST)
        return TRUE;
    complain_type(node, what, "a list (\"[a, b]\", or lines that begin with \"- \")", complaints);
    return FALSE;
}

const gchar *mg_yaml_check_text(const MgYamlNode *node, const gchar *what,
                                MgYamlComplaints *complaints)
{
    if (node->kind == MG_YAML_TEXT)
        return node->text;
    complain_type(node, what, "a text", complaints);
    return NULL;
}

gboolean mg_yaml_check_boolean(const MgYamlNode *node, const gchar *what, gboolean *result,
                               MgYamlComplaints *complaints)
{
    static const gchar *const true_words[] = {"true", "True", "TRUE", NULL};
    static const gchar *const false_words[] = {"false", "False", "FALSE", NULL};
    gboolean is_word = node->kind == MG_YAML_TEXT && node->is_plain;

    if (is_word && g_strv_contains(true_words, node->text)) {
        *result = TRUE;
        return TRUE;
    }
    if (is_word && g_strv_contains(false_words, node->text)) {
        *result = FALSE;
        return TRUE;
    }
    complain_type(node, what, "true or false, without quotes", complaints);
    return FALSE;
}

/* Levenshtein's distance; words longer than the table are no typing error of a key. */
static guint distance(const gchar *a, const gchar *b)
{
    guint row[33];
    gsize length_a = strlen(a);
    gsize length_b = strlen(b);

    if (length_a > 32 || length_b > 32)
        return G_MAXUINT;
    for (guint j = 0; j <= length_b; j++)
        row[j] = j;
    for (guint i = 1; i <= length_a; i++) {
        guint diagonal = row[0];
        row[0] = i;
        for (guint j = 1; j <= length_b; j++) {
            guint above = row[j];
            guint change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            row[j] = MIN(change, MIN(above, row[j - 1]) + 1);
            diagonal = above;
        }
    }
    return row[length_b];
}

static const gchar *nearest(const gchar *word, const gchar *const *known)
{
    const gchar *found = NULL;
    guint best = MIN(3, (guint)strlen(word) / 2 + 1); /* of three letters, two may be wrong */

    for (gsize i = 0; known[i] != NULL; i++) {
        guint away = distance(word, known[i]);
        if (away < best) {
            best = away;
            found = known[i];
        }
    }
    return found;
}

void mg_yaml_check_unknown_key(const MgYamlNode *key, const gchar *what, const gchar *const *known,
                               MgYamlComplaints *complaints)
{
    g_autofree gchar *quoted = mg_error_quote(key->text);
    g_autofree gchar *all = NULL;
    const gchar *meant = nearest(key->text, known);

    if (strchr(key->text, ':') != NULL) {
        mg_yaml_check_complain(key, complaints,
                               "unknown key %s in %s; is a space missing after the colon?", quoted,
                               what);
        return;
    }
    if (meant != NULL) {
        mg_yaml_check_complain(key, complaints, "unknown key %s in %s; did you mean '%s'?", quoted,
                               what, meant);
        return;
    }
    all = g_strjoinv(", ", (gchar **)known);
    mg_yaml_check_complain(key, complaints, "unknown key %s in %s; known are: %s", quoted, what,
                           all);
}

static void check_known(const MgYamlNode *map, const gchar *what, const MgYamlField *fields,
                        MgYamlComplaints *complaints)
{
    g_autoptr(GPtrArray) known = g_ptr_array_new();

    for (gsize i = 0; fields[i].key != NULL; i++)
        g_ptr_array_add(known, (gpointer)fields[i].key);
    g_ptr_array_add(known, NULL);
    for (guint i = 0; i < mg_yaml_node_count(map); i++) {
        const MgYamlNode *key = mg_yaml_node_key(map, i);
        if (!g_strv_contains((const gchar *const *)known->pdata, key->text))
            mg_yaml_check_unknown_key(key, what, (const gchar *const *)known->pdata, complaints);
    }
}

void mg_yaml_check_fields(const MgYamlNode *node, const gchar *what, const MgYamlField *fields,
                          gpointer target, MgYamlComplaints *complaints)
{
    if (!mg_yaml_check_map(node, what, complaints))
        return;
    check_known(node, what, fields, complaints);
    for (gsize i = 0; fields[i].key != NULL; i++) {
        const MgYamlNode *value = mg_yaml_node_lookup(node, fields[i].key);
        if (value != NULL)
            fields[i].read(target, value, complaints);
        else if (fields[i].advice != NULL)
            mg_yaml_check_complain(node, complaints, "%s has no '%s'%s", what, fields[i].key,
                                   fields[i].advice);
    }
}
