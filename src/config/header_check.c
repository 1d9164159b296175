/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "config/header_check.h"

#include "base/error.h"

#include <string.h>

#define NAME_LIMIT 64   /* leaves room for text in a line of 76 characters */
#define VALUE_LIMIT 900 /* RFC 5322: a line holds at most 998 characters */

/* The program's own, and those by which mail servers and readers tell where a mail came from or who
 * else has it. */
static const gchar *const own_names[] = {
    "From",
    "To",
    "Cc",
    "Bcc",
    "Reply-To",
    "Subject",
    "Date",
    "Message-Id",
    "Sender",
    "MIME-Version",
    "Auto-Submitted",
    "Return-Path",
    "Received",
    "DKIM-Signature",
};
static const gchar *const own_prefixes[] = {"Content-", "Resent-", "X-Intelmqcbmail-"};

static gboolean is_field_name(const gchar *name)
{
    gsize length = strlen(name);

    for (const gchar *at = name; *at != '\0'; at++)
        if (*at <= ' ' || *at >= 0x7f || *at == ':')
            return FALSE;
    return length > 0 && length <= NAME_LIMIT;
}

static gboolean is_own(const gchar *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(own_names); i++)
        if (g_ascii_strcasecmp(name, own_names[i]) == 0)
            return TRUE;
    for (gsize i = 0; i < G_N_ELEMENTS(own_prefixes); i++)
        if (g_ascii_strncasecmp(name, own_prefixes[i], strlen(own_prefixes[i])) == 0)
            return TRUE;
    return FALSE;
}

static gboolean is_given(const MgPairs *headers, const gchar *name)
{
    for (guint i = 0; i < mg_pairs_count(headers); i++)
        if (g_ascii_strcasecmp(mg_pairs_name(headers, i), name) == 0)
            return TRUE;
    return FALSE;
}

/* What is wrong with the header; NULL: nothing. */
static const gchar *complaint(const gchar *name, const MgNode *text, const MgPairs *headers)
{
    gsize length = 0;
    const gchar *value = NULL;

    if (!is_field_name(name))
        return "is no name for a header: wanted 1 to 64 letters, digits and signs of ASCII without "
               "blank and colon";
    if (is_own(name))
        return g_ascii_strcasecmp(name, "Reply-To") == 0
                   ? "is what key 'reply_to' is for"
                   : "is a header that the program or a mail server writes";
    if (is_given(headers, name))
        return "is given twice, in upper and lower case";
    if (!mg_node_is_string(text))
        return "has a value that is no string";
    value = text->text;
    length = text->length;
    if (length > VALUE_LIMIT || strspn(value, " \t") == length)
        return "has an empty value or one of more than 900 bytes";
    for (gsize i = 0; i < length; i++)
        if (g_ascii_iscntrl(value[i]) && value[i] != '\t')
            return "has a value with a line break or another control character";
    return NULL;
}

void mg_header_check(const MgNode *value, const MgKnownKey *key, MgPairs *headers,
                     MgProblems *problems)
{
    if (value->kind != MG_NODE_MAP) {
        mg_problems_unfit(problems, value, key, NULL);
        return;
    }
    for (guint i = 0; i < mg_node_count(value); i++) {
        const gchar *name = mg_node_key(value, i)->text;
        const MgNode *text = mg_node_value(value, i);
        const gchar *what = NULL;
        g_autofree gchar *quoted = mg_error_quote(name);

        if (text->kind == MG_NODE_NOTHING)
            continue;
        what = complaint(name, text, headers);
        if (what == NULL)
            mg_pairs_set(headers, name, text->text);
        else
            mg_problems_error(problems, text, key->path, "%s %s", quoted, what);
    }
}
