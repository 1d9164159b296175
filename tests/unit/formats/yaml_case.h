/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * What the tests of the YAML readers share: a text read into a tree, and the complaints about it.
 */
#pragma once

#include "base/error.h"
#include "document/tree.h"
#include "model/group.h"

#include <string.h>

typedef struct {
    MgComplaints *complaints;
    MgTree *tree;
} YamlCase;

static inline YamlCase yaml_case_read(const gchar *text)
{
    YamlCase yaml = {mg_complaints_new("F"), NULL};

    yaml.tree = mg_tree_read(MG_DIALECT_YAML, text, strlen(text), yaml.complaints);
    return yaml;
}

static inline void yaml_case_clear(YamlCase *yaml)
{
    mg_complaints_free(yaml->complaints);
    mg_tree_free(yaml->tree);
}

/* "" where there are none. (transfer full) */
static inline gchar *yaml_case_complaints(const YamlCase *yaml)
{
    g_autoptr(GError) error = NULL;

    if (mg_complaints_is_empty(yaml->complaints))
        return g_strdup("");
    mg_complaints_set_error(yaml->complaints, &error);
    g_assert_error(error, MG_ERROR, MG_ERROR_SETUP);
    return g_strdup(error->message);
}

static inline void yaml_case_assert_complaints(const YamlCase *yaml, const gchar *expected)
{
    g_autofree gchar *found = yaml_case_complaints(yaml);

    g_assert_cmpstr(found, ==, expected);
}

/* A group as the pending query makes it, with pairs `KEY=TEXT` as its aggregate identifier; the
 * NULL of SQL is `KEY` alone. */
static inline MgGroup *yaml_case_group(const gchar *const *aggregate)
{
    MgGroup *group = mg_group_new();

    group->recipient_address = g_strdup("abuse@isp.example");
    group->template_name = g_strdup("directive_template");
    group->notification_format = g_strdup("shadowserver");
    group->event_data_format = g_strdup("csv_Open-SNMP");
    for (; aggregate != NULL && *aggregate != NULL; aggregate++) {
        g_auto(GStrv) parts = g_strsplit(*aggregate, "=", 2);
        mg_pairs_set(group->aggregate, parts[0], parts[1]);
    }
    return group;
}
