/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "formats/yaml_report.h"

#include "yaml_case.h"

#include <glib/gstdio.h>

#define KIND                                                                                             \
    "fields:\n  timestamp: {field: time.source, as: rfc3339}\n  source_identifier: {field: source.ip}\n" \
    "kinds:\n- fields:\n    category: {text: reputation}\n    type: {text: blocklist}\n"
#define THREAT "    threat_type: {text: spam}\n"

/* Reads `fields` with a file of that text as "own.yaml" beside it. */
static gchar *read_fields(const gchar *fields, const gchar *text, gboolean *has_mapping)
{
    g_autofree gchar *directory = g_dir_make_tmp("mapping-XXXXXX", NULL);
    g_autofree gchar *path = g_build_filename(directory, "own.yaml", NULL);
    YamlCase yaml = yaml_case_read(fields);
    MgYamlReport report = {g_new0(MgReportForm, 1), directory};
    gchar *complaints = NULL;
    g_auto(GStrv) pieces = NULL;

    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    mg_yaml_report_read_fields(&report, yaml.tree->root, "'fields'", yaml.complaints);
    *has_mapping = report.form->mapping != NULL;
    complaints = yaml_case_complaints(&yaml);
    pieces = g_strsplit(complaints, directory, -1);
    g_free(complaints);
    mg_report_form_free(report.form);
    yaml_case_clear(&yaml);
    g_unlink(path);
    g_rmdir(directory);
    return g_strjoinv("DIR", pieces);
}

static void test_fields(void)
{
    static const struct {
        const gchar *fields;
        const gchar *text;
        const gchar *complaints;
    } cases[] = {
        {KIND THREAT, "", ""},
        {"own.yaml", KIND THREAT, ""},
        {KIND, "", "F:6:5: reputation/blocklist needs the field 'threat_type'"},
        {"own.yaml", KIND,
         "F:1:1: the mapping cannot be used: DIR/own.yaml:6:5: reputation/blocklist needs the field "
         "'threat_type'"},
        {"own.yaml", "kinds: [\n", "F:1:1: the mapping cannot be used: DIR/own.yaml:2:1: "},
        {"other.yaml", "",
         "F:1:1: the mapping cannot be used: cannot read 'DIR/other.yaml': No such file or directory"},
        {"../own.yaml", "",
         "F:1:1: 'fields' must be a mapping or the name of a file beside this one, but is '../own.yaml'"},
        {"/own.yaml", "",
         "F:1:1: 'fields' must be a mapping or the name of a file beside this one, but is '/own.yaml'"},
        {"[a]", "", "F:1:1: a mapping to reports must be a mapping"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        gboolean has_mapping;
        g_autofree gchar *complaints = read_fields(cases[i].fields, cases[i].text, &has_mapping);

        if (*cases[i].complaints == '\0')
            g_assert_true(has_mapping && *complaints == '\0');
        else if (!g_str_has_prefix(complaints, cases[i].complaints))
            g_error("%s\ndoes not begin with\n%s", complaints, cases[i].complaints);
    }
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/yaml-report/fields", test_fields);
    return g_test_run();
}
