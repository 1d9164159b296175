/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "formats/yaml_match.h"

#include "document/check.h"

#include <string.h>

#define AGGREGATE_PREFIX "aggregate."

typedef enum {
    PATTERN_LITERAL,
    PATTERN_WILDCARD,
    PATTERN_ANYTHING, /* "*" alone: only asks that the key is there */
} PatternKind;

typedef struct {
    PatternKind kind;
    gchar *text;
} Pattern;

typedef struct {
    gsize attribute;      /* offset in MgGroup of a directive's attribute, where no aggregate key */
    gchar *aggregate_key; /* (nullable) */
    const gchar *mail_name; /* (nullable) (transfer none): a name of the mail's */
    GArray *patterns;       /* of Pattern: any of these */
} Condition;

struct MgYamlMatch {
    GArray *conditions; /* of Condition: all of these */
};

static const struct {
    const gchar *key;
    gsize offset;
} attributes[] = {
    {"notification_format", G_STRUCT_OFFSET(MgGroup, notification_format)},
    {"template_name", G_STRUCT_OFFSET(MgGroup, template_name)},
    {"event_data_format", G_STRUCT_OFFSET(MgGroup, event_data_format)},
    {"recipient_address", G_STRUCT_OFFSET(MgGroup, recipient_address)},
};

/* Those of the mail come behind those of the group. */
static const gchar *const known_keys[] = {"notification_format",
                                          "template_name",
                                          "event_data_format",
                                          "recipient_address",
                                          "aggregate.KEY",
                                          "data_form",
                                          "n_events",
                                          "part",
                                          "n_parts",
                                          "attachment_name",
                                          NULL};

#define N_KEYS_OF_GROUP 5

static void pattern_clear(gpointer data)
{
    Pattern *pattern = data;

    g_free(pattern->text);
}

static void condition_clear(gpointer data)
{
    Condition *condition = data;

    g_free(condition->aggregate_key);
    g_array_unref(condition->patterns);
}

MgYamlMatch *mg_yaml_match_new(void)
{
    MgYamlMatch *match = g_new(MgYamlMatch, 1);

    match->conditions = g_array_new(FALSE, FALSE, sizeof(Condition));
    g_array_set_clear_func(match->conditions, condition_clear);
    return match;
}

void mg_yaml_match_free(MgYamlMatch *match)
{
    if (match == NULL)
        return;
    g_array_unref(match->conditions);
    g_free(match);
}

static void add_pattern(GArray *patterns, const MgNode *value, const gchar *what,
                        MgComplaints *complaints)
{
    const gchar *text = mg_check_text(value, what, complaints);
    Pattern pattern = {PATTERN_LITERAL, NULL};

    if (text == NULL)
        return;
    if (g_str_equal(text, "*"))
        pattern.kind = PATTERN_ANYTHING;
    else if (strpbrk(text, "*?") != NULL)
        pattern.kind = PATTERN_WILDCARD;
    pattern.text = g_strdup(text);
    g_array_append_val(patterns, pattern);
}

static void read_patterns(GArray *patterns, const MgNode *key, const MgNode *value,
                          MgComplaints *complaints)
{
    g_autofree gchar *what = g_strdup_printf("'%s'", key->text);
    g_autofree gchar *entry = g_strdup_printf("an entry of '%s'", key->text);

    if (value->kind == MG_NODE_MAP) {
        mg_check_complain(value, complaints, "%s must be a text or a list of texts", what);
        return;
    }
    if (value->kind != MG_NODE_LIST) {
        add_pattern(patterns, value, what, complaints);
        return;
    }
    if (mg_node_count(value) == 0)
        mg_check_complain(value, complaints, "an empty list for %s never matches", what);
    for (guint i = 0; i < mg_node_count(value); i++)
        add_pattern(patterns, mg_node_value(value, i), entry, complaints);
}

static gboolean find_mail_name(Condition *condition, const gchar *key)
{
    for (gsize i = N_KEYS_OF_GROUP; known_keys[i] != NULL; i++)
        if (g_str_equal(key, known_keys[i])) {
            condition->mail_name = known_keys[i];
            return TRUE;
        }
    return FALSE;
}

static gboolean find_place(Condition *condition, const gchar *key)
{
    if (g_str_has_prefix(key, AGGREGATE_PREFIX) && key[strlen(AGGREGATE_PREFIX)] != '\0') {
        condition->aggregate_key = g_strdup(key + strlen(AGGREGATE_PREFIX));
        return TRUE;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(attributes); i++)
        if (g_str_equal(key, attributes[i].key)) {
            condition->attribute = attributes[i].offset;
            return TRUE;
        }
    return FALSE;
}

static void complain_of_key(const MgNode *key, const gchar *what, gboolean of_mail,
                            MgComplaints *complaints)
{
    const gchar *known[G_N_ELEMENTS(known_keys)] = {NULL};
    gsize n_known = of_mail ? G_N_ELEMENTS(known_keys) - 1 : N_KEYS_OF_GROUP;

    memcpy(known, known_keys, n_known * sizeof *known);
    mg_check_unknown_key(key, what, known, complaints);
}

static void read_conditions(MgYamlMatch *match, const MgNode *node, const gchar *what,
                            gboolean of_mail, MgComplaints *complaints)
{
    if (!mg_check_map(node, what, complaints))
        return;
    for (guint i = 0; i < mg_node_count(node); i++) {
        const MgNode *key = mg_node_key(node, i);
        Condition condition = {0};

        if (!find_place(&condition, key->text) &&
            !(of_mail && find_mail_name(&condition, key->text))) {
            complain_of_key(key, what, of_mail, complaints);
            continue;
        }
        condition.patterns = g_array_new(FALSE, FALSE, sizeof(Pattern));
        g_array_set_clear_func(condition.patterns, pattern_clear);
        read_patterns(condition.patterns, key, mg_node_value(node, i), complaints);
        g_array_append_val(match->conditions, condition);
    }
}

void mg_yaml_match_read(gpointer field, const MgNode *node, const gchar *what,
                        MgComplaints *complaints)
{
    read_conditions(*(MgYamlMatch **)field, node, what, FALSE, complaints);
}

void mg_yaml_match_read_of_mail(gpointer field, const MgNode *node, const gchar *what,
                                MgComplaints *complaints)
{
    read_conditions(*(MgYamlMatch **)field, node, what, TRUE, complaints);
}

gboolean mg_yaml_match_needs_mail(const MgYamlMatch *match)
{
    for (guint i = 0; i < match->conditions->len; i++)
        if (g_array_index(match->conditions, Condition, i).mail_name != NULL)
            return TRUE;
    return FALSE;
}

/* Steps over one character; a text that is not UTF-8 counts by bytes, never past its end. */
static const gchar *next_character(const gchar *text)
{
    text++;
    while (((guchar)*text & 0xc0) == 0x80)
        text++;
    return text;
}

/* Goes back to the last `*` only, which is enough, so that no pattern takes exponential time. */
static gboolean wildcard_matches(const gchar *pattern, const gchar *text)
{
    const gchar *after_star = NULL;
    const gchar *retry = NULL;

    while (*text != '\0') {
        if (*pattern == '*') {
            after_star = ++pattern;
            retry = text;
        } else if (*pattern == '?') {
            pattern++;
            text = next_character(text);
        } else if (*pattern == *text) {
            pattern++;
            text++;
        } else if (after_star != NULL) {
            pattern = after_star;
            retry = next_character(retry);
            text = retry;
        } else {
            return FALSE;
        }
    }
    while (*pattern == '*')
        pattern++;
    return *pattern == '\0';
}

static gboolean pattern_matches(const Pattern *pattern, const gchar *text)
{
    switch (pattern->kind) {
    case PATTERN_LITERAL:
        return g_str_equal(pattern->text, text);
    case PATTERN_WILDCARD:
        return wildcard_matches(pattern->text, text);
    case PATTERN_ANYTHING:
        return TRUE;
    }
    g_assert_not_reached();
}

/* FALSE where there is nothing that the condition could hold of. */
static gboolean find_text(const Condition *condition, const MgGroup *group, const MgPairs *mail,
                          const gchar **text)
{
    if (condition->mail_name != NULL)
        return mail != NULL && mg_pairs_lookup(mail, condition->mail_name, text);
    if (condition->aggregate_key != NULL)
        return mg_pairs_lookup(group->aggregate, condition->aggregate_key, text);
    *text = G_STRUCT_MEMBER(const gchar *, group, condition->attribute);
    return TRUE;
}

static gboolean condition_holds(const Condition *condition, const MgGroup *group,
                                const MgPairs *mail)
{
    const gchar *text = NULL;

    if (!find_text(condition, group, mail, &text))
        return FALSE;
    if (text == NULL)
        text = "None";
    for (guint i = 0; i < condition->patterns->len; i++)
        if (pattern_matches(&g_array_index(condition->patterns, Pattern, i), text))
            return TRUE;
    return FALSE;
}

gboolean mg_yaml_match_holds(const MgYamlMatch *match, const MgGroup *group, const MgPairs *mail)
{
    for (guint i = 0; i < match->conditions->len; i++)
        if (!condition_holds(&g_array_index(match->conditions, Condition, i), group, mail))
            return FALSE;
    return TRUE;
}
