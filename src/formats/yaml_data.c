/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "formats/yaml_data.h"

#include "document/check.h"
#include "formats/byte_size.h"
#include "formats/yaml_match.h"

#include <string.h>

#define KIB ((gsize)1024)
#define MOST_ROWS 1000000
#define LEAST_MAIL (2 * KIB) /* below that not even the headers fit */

/* As mail servers with default settings take it, with some room for what they add. */
static const MgBySize default_limits = {
    .inline_rows = 100,
    .attachment_size = 2 * KIB * KIB,
    .may_zip = TRUE,
    .mail_size = 9 * KIB * KIB,
};

typedef struct {
    MgYamlMatch *when;
    MgYamlDataChoice choice;
} Entry;

struct MgYamlData {
    GPtrArray *entries; /* of Entry: the first that holds */
    MgBySize limits;
};

static void entry_free(gpointer data)
{
    Entry *entry = data;

    mg_yaml_match_free(entry->when);
    g_free(entry);
}

static Entry *add_entry(MgYamlData *data)
{
    Entry *entry = g_new0(Entry, 1);

    entry->when = mg_yaml_match_new();
    g_ptr_array_add(data->entries, entry);
    return entry;
}

MgYamlData *mg_yaml_data_new(void)
{
    MgYamlData *data = g_new0(MgYamlData, 1);

    data->entries = g_ptr_array_new_with_free_func(entry_free);
    data->limits = default_limits;
    return data;
}

void mg_yaml_data_free(MgYamlData *data)
{
    if (data == NULL)
        return;
    g_ptr_array_unref(data->entries);
    g_free(data);
}

/* Reading */

void mg_yaml_data_read_choice(gpointer field, const MgNode *node, const gchar *what,
                              MgComplaints *complaints)
{
    const gchar *text = mg_check_text(node, what, complaints);
    MgYamlDataChoice *choice = field;

    if (text == NULL)
        return;
    choice->kind = g_str_equal(text, "by_size") ? MG_YAML_DATA_BY_SIZE : MG_YAML_DATA_FORM;
    if (choice->kind == MG_YAML_DATA_BY_SIZE || mg_form_parse(text, &choice->form))
        return;
    mg_check_complain_unfit(node, what, "inline, attachment, zip or by_size", complaints);
}

#define AT(member) G_STRUCT_OFFSET(Entry, member)

static const MgCheckField entry_fields[] = {
    {"when", mg_yaml_match_read, AT(when)},
    {"data", mg_yaml_data_read_choice, AT(choice), ""},
    {NULL},
};

void mg_yaml_data_read(gpointer field, const MgNode *node, const gchar *what,
                       MgComplaints *complaints)
{
    MgYamlData *data = *(MgYamlData **)field;

    if (node->kind == MG_NODE_MAP) {
        mg_check_complain(
            node, complaints,
            "%s must be inline, attachment, zip or by_size, or a list of entries with "
            "'when' and 'data'",
            what);
        return;
    }
    if (node->kind != MG_NODE_LIST) {
        mg_yaml_data_read_choice(&add_entry(data)->choice, node, what, complaints);
        return;
    }
    for (guint i = 0; i < mg_node_count(node); i++)
        mg_check_fields(mg_node_value(node, i), "an entry of 'data'", entry_fields, add_entry(data),
                        complaints);
}

static void read_rows(gpointer field, const MgNode *value, const gchar *what,
                      MgComplaints *complaints)
{
    const gchar *text = mg_check_text(value, what, complaints);
    guint64 number;

    if (text == NULL)
        return;
    if (g_ascii_string_to_unsigned(text, 10, 0, MOST_ROWS, &number, NULL)) {
        *(gsize *)field = (gsize)number;
        return;
    }
    mg_check_complain_unfit(value, what, "a whole number from 0 to " G_STRINGIFY(MOST_ROWS),
                            complaints);
}

static void read_size(gpointer field, const MgNode *value, const gchar *what,
                      MgComplaints *complaints)
{
    const gchar *text = mg_check_text(value, what, complaints);

    if (text == NULL || mg_byte_size_parse(text, field))
        return;
    mg_check_complain_unfit(value, what, "a size like 9MiB, 500kB or 200000, up to 4GiB",
                            complaints);
}

static void read_mail_size(gpointer field, const MgNode *value, const gchar *what,
                           MgComplaints *complaints)
{
    gsize *size = field;

    read_size(field, value, what, complaints);
    if (*size < LEAST_MAIL)
        mg_check_complain(value, complaints, "%s must be 2KiB at least", what);
}

#undef AT
#define AT(member) G_STRUCT_OFFSET(MgBySize, member)

static const MgCheckField limit_fields[] = {
    {"inline_rows", read_rows, AT(inline_rows)},
    {"attachment_size", read_size, AT(attachment_size)},
    {"zip", mg_check_read_boolean, AT(may_zip)},
    {"mail_size", read_mail_size, AT(mail_size)},
    {NULL},
};

void mg_yaml_data_read_by_size(gpointer field, const MgNode *node, const gchar *what,
                               MgComplaints *complaints)
{
    MgYamlData *data = *(MgYamlData **)field;

    mg_check_fields(node, what, limit_fields, &data->limits, complaints);
}

/* Applying */

gboolean mg_yaml_data_may_be_by_size(const MgYamlData *data)
{
    for (guint i = 0; i < data->entries->len; i++)
        if (((const Entry *)g_ptr_array_index(data->entries, i))->choice.kind ==
            MG_YAML_DATA_BY_SIZE)
            return TRUE;
    return FALSE;
}

void mg_yaml_data_apply(const MgYamlData *data, const MgGroup *group, MgRequest *request)
{
    for (guint i = 0; i < data->entries->len; i++) {
        const Entry *entry = g_ptr_array_index(data->entries, i);
        if (!mg_yaml_match_holds(entry->when, group, NULL))
            continue;
        request->is_by_size = entry->choice.kind == MG_YAML_DATA_BY_SIZE;
        request->form = request->is_by_size ? MG_FORM_INLINE : entry->choice.form;
        request->by_size = data->limits;
        return;
    }
}
