/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "document/check.h"

#include "base/error.h"
#include "base/guess.h"

#include <stdarg.h>
#include <string.h>

void mg_check_complain(const MgNode *node, MgComplaints *complaints, const gchar *format, ...)
{
    g_autofree gchar *message = NULL;
    va_list arguments;

    if (node->kind == MG_NODE_BROKEN)
        return;
    va_start(arguments, format);
    message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    mg_complaints_add(complaints, MAX(node->line, 1), MAX(node->column, 1), "%s", message);
}

static gchar *describe(const MgNode *node)
{
    switch (node->kind) {
    case MG_NODE_NOTHING:
        return g_strdup("left empty");
    case MG_NODE_TEXT:
        return mg_error_quote(node->text);
    case MG_NODE_LIST:
        return g_strdup("a list");
    default:
        return g_strdup("a mapping");
    }
}

void mg_check_complain_unfit(const MgNode *node, const gchar *what, const gchar *wanted,
                             MgComplaints *complaints)
{
    g_autofree gchar *found = describe(node);

    mg_check_complain(node, complaints, "%s must be %s, but is %s", what, wanted, found);
}

gboolean mg_check_map(const MgNode *node, const gchar *what, MgComplaints *complaints)
{
    if (node->kind == MG_NODE_MAP)
        return TRUE;
    mg_check_complain_unfit(node, what, "a mapping (lines of the form \"key: value\")", complaints);
    return FALSE;
}

gboolean mg_check_list(const MgNode *node, const gchar *what, MgComplaints *complaints)
{
    if (node->kind == MG_NODE_LIST)
        return TRUE;
    mg_check_complain_unfit(node, what, "a list (\"[a, b]\", or lines that begin with \"- \")",
                            complaints);
    return FALSE;
}

const gchar *mg_check_text(const MgNode *node, const gchar *what, MgComplaints *complaints)
{
    if (node->kind == MG_NODE_TEXT)
        return node->text;
    mg_check_complain_unfit(node, what, "a text", complaints);
    return NULL;
}

void mg_check_read_boolean(gpointer field, const MgNode *value, const gchar *what,
                           MgComplaints *complaints)
{
    static const gchar *const true_words[] = {"true", "True", "TRUE", NULL};
    static const gchar *const false_words[] = {"false", "False", "FALSE", NULL};
    gboolean is_word = value->kind == MG_NODE_TEXT && value->is_plain;

    if (is_word && g_strv_contains(true_words, value->text))
        *(gboolean *)field = TRUE;
    else if (is_word && g_strv_contains(false_words, value->text))
        *(gboolean *)field = FALSE;
    else
        mg_check_complain_unfit(value, what, "true or false, without quotes", complaints);
}

void mg_check_read_text(gpointer field, const MgNode *value, const gchar *what,
                        MgComplaints *complaints)
{
    const gchar *text = mg_check_text(value, what, complaints);
    gchar **target = field;

    if (text == NULL)
        return;
    g_free(*target);
    *target = g_strdup(text);
}

void mg_check_unknown_key(const MgNode *key, const gchar *what, const gchar *const *known,
                          MgComplaints *complaints)
{
    g_autofree gchar *quoted = mg_error_quote(key->text);
    g_autofree gchar *all = NULL;
    const gchar *meant = mg_guess_nearest(key->text, known);

    if (strchr(key->text, ':') != NULL) {
        mg_check_complain(key, complaints,
                          "unknown key %s in %s; is a space missing after the colon?", quoted,
                          what);
        return;
    }
    if (meant != NULL) {
        mg_check_complain(key, complaints, "unknown key %s in %s; did you mean '%s'?", quoted, what,
                          meant);
        return;
    }
    all = g_strjoinv(", ", (gchar **)known);
    mg_check_complain(key, complaints, "unknown key %s in %s; known are: %s", quoted, what, all);
}

static void check_known(const MgNode *map, const gchar *what, const MgCheckField *fields,
                        MgComplaints *complaints)
{
    g_autoptr(GPtrArray) known = g_ptr_array_new();

    for (gsize i = 0; fields[i].key != NULL; i++)
        g_ptr_array_add(known, (gpointer)fields[i].key);
    g_ptr_array_add(known, NULL);
    for (guint i = 0; i < mg_node_count(map); i++) {
        const MgNode *key = mg_node_key(map, i);
        if (!g_strv_contains((const gchar *const *)known->pdata, key->text))
            mg_check_unknown_key(key, what, (const gchar *const *)known->pdata, complaints);
    }
}

void mg_check_fields(const MgNode *node, const gchar *what, const MgCheckField *fields,
                     gpointer target, MgComplaints *complaints)
{
    if (!mg_check_map(node, what, complaints))
        return;
    check_known(node, what, fields, complaints);
    for (gsize i = 0; fields[i].key != NULL; i++) {
        const MgNode *value = mg_node_lookup(node, fields[i].key);
        g_autofree gchar *quoted = g_strdup_printf("'%s'", fields[i].key);
        if (value != NULL)
            fields[i].read((gchar *)target + fields[i].offset, value, quoted, complaints);
        else if (fields[i].advice != NULL)
            mg_check_complain(node, complaints, "%s has no '%s'%s", what, fields[i].key,
                              fields[i].advice);
    }
}
