/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "formats/yaml_data.h"

#include "document/check.h"
#include "yaml_case.h"

#define BY_SIZE(limits) "data: by_size\nby_size: " limits "\n"
#define DEFAULTS "by_size 100 2097152 zip 9437184"

typedef struct {
    MgYamlData *data;
} Target;

static const MgCheckField fields[] = {
    {"data", mg_yaml_data_read, 0},
    {"by_size", mg_yaml_data_read_by_size, 0},
    {NULL},
};

static MgYamlData *read_data(const gchar *text, const gchar *complaints)
{
    YamlCase yaml = yaml_case_read(text);
    Target target = {mg_yaml_data_new()};

    g_test_message("%s", text);
    mg_check_fields(yaml.tree->root, "a format", fields, &target, yaml.complaints);
    yaml_case_assert_complaints(&yaml, complaints);
    yaml_case_clear(&yaml);
    return target.data;
}

static const struct {
    const gchar *yaml;
    const gchar *expected;
} cases[] = {
    {"{}", "inline"},
    {"data: zip", "zip"},
    {"data: attachment", "attachment"},
    {"data: []", "inline"},
    {"data: by_size", DEFAULTS},
    {BY_SIZE("{}"), DEFAULTS},
    {BY_SIZE("{inline_rows: 0, attachment_size: 10kB, zip: false, mail_size: 200000}"),
     "by_size 0 10000 - 200000"},
    {"data:\n- when: {recipient_address: '*@other.example'}\n  data: zip\n"
     "- when: {recipient_address: '*@isp.example'}\n  data: by_size\n- data: attachment\n",
     DEFAULTS},
    {"data:\n- when: {aggregate.cidr: '*'}\n  data: by_size\n- data: attachment\n", "attachment"},
};

static gchar *print(const MgRequest *request)
{
    const MgBySize *limits = &request->by_size;

    if (!request->is_by_size)
        return g_strdup(mg_form_name(request->form));
    return g_strdup_printf("by_size %" G_GSIZE_FORMAT " %" G_GSIZE_FORMAT " %s %" G_GSIZE_FORMAT,
                           limits->inline_rows, limits->attachment_size,
                           limits->may_zip ? "zip" : "-", limits->mail_size);
}

static void test_apply(void)
{
    g_autoptr(MgGroup) group = yaml_case_group(NULL);

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(MgYamlData) data = read_data(cases[i].yaml, "");
        g_autoptr(MgRequest) request = mg_request_new("test");
        g_autofree gchar *found = NULL;

        mg_yaml_data_apply(data, group, request);
        found = print(request);
        g_assert_cmpstr(found, ==, cases[i].expected);
        g_assert_cmpint(mg_yaml_data_may_be_by_size(data), ==,
                        strstr(cases[i].yaml, "by_size") != NULL);
    }
}

static const struct {
    const gchar *yaml;
    const gchar *complaints;
} mistakes[] = {
    {"data: {}", "F:1:7: 'data' must be inline, attachment, zip or by_size, or a list of entries "
                 "with 'when' and 'data'"},
    {"data: [zip]",
     "F:1:8: an entry of 'data' must be a mapping (lines of the form \"key: value\"), "
     "but is 'zip'"},
    {"data: [{when: {}}]", "F:1:8: an entry of 'data' has no 'data'"},
    {"data: [{data: gzip}]",
     "F:1:15: 'data' must be inline, attachment, zip or by_size, but is 'gzip'"},
    {"data: [{data: zip, when: {part: 2}}]",
     "F:1:27: unknown key 'part' in 'when'; known are: notification_format, template_name, "
     "event_data_format, recipient_address, aggregate.KEY"},
    {BY_SIZE("zip"), "F:2:10: 'by_size' must be a mapping (lines of the form \"key: value\"), but "
                     "is 'zip'"},
    {BY_SIZE("{rows: 3}"), "F:2:11: unknown key 'rows' in 'by_size'; known are: inline_rows, "
                           "attachment_size, zip, mail_size"},
    {BY_SIZE("{inline_rows: many}"),
     "F:2:24: 'inline_rows' must be a whole number from 0 to 1000000, but is 'many'"},
    {BY_SIZE("{inline_rows: -1}"),
     "F:2:24: 'inline_rows' must be a whole number from 0 to 1000000, but is '-1'"},
    {BY_SIZE("{attachment_size: 2M}"),
     "F:2:28: 'attachment_size' must be a size like 9MiB, 500kB or 200000, up to 4GiB, but is "
     "'2M'"},
    {BY_SIZE("{zip: maybe}"),
     "F:2:16: 'zip' must be true or false, without quotes, but is 'maybe'"},
    {BY_SIZE("{mail_size: 1KiB}"), "F:2:22: 'mail_size' must be 2KiB at least"},
};

static void test_mistakes(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(mistakes); i++) {
        g_autoptr(MgYamlData) data = read_data(mistakes[i].yaml, mistakes[i].complaints);
        g_assert_nonnull(data);
    }
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/yaml-data/apply", test_apply);
    g_test_add_func("/yaml-data/mistakes", test_mistakes);
    return g_test_run();
}
