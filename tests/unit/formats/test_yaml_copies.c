/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "formats/yaml_copies.h"

#include "yaml_case.h"

static const struct {
    const gchar *yaml;
    MgForm form; /* of the request */
    const gchar *expected;
} cases[] = {
    {"[]", MG_FORM_INLINE, ""},
    {"[envelope_to: a@b.example]", MG_FORM_INLINE, "a@b.example inline|"},
    {"[{envelope_to: [a@b.example, c@d.example], data: attachment}]", MG_FORM_INLINE,
     "a@b.example,c@d.example attachment|"},
    {"[envelope_to: a@b.example]", MG_FORM_ATTACHMENT, "a@b.example attachment|"},
    {"[envelope_to: a@b.example]", MG_FORM_ZIP, "a@b.example zip|"},
    {"[{envelope_to: a@b.example, data: zip}]", MG_FORM_INLINE, "a@b.example zip|"},
    {"[{envelope_to: a@b.example, data: inline}]", MG_FORM_ATTACHMENT, "a@b.example inline|"},
    {"[{envelope_to: a@b, when: {aggregate.recipient_group: Government}}, "
     "{envelope_to: c@d, when: {aggregate.recipient_group: Other}}, {envelope_to: e@f}]",
     MG_FORM_INLINE, "a@b inline|e@f inline|"},
};

static gchar *print(const MgRequest *request)
{
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < request->copies->len; i++) {
        const MgCopy *copy = g_ptr_array_index(request->copies, i);
        g_autofree gchar *addresses = g_strjoinv(",", copy->envelope_tos);
        g_string_append_printf(text, "%s %s|", addresses,
                               mg_form_name(mg_request_copy_form(copy, request->form)));
    }
    return g_string_free(text, FALSE);
}

static MgYamlCopies *read_copies(const gchar *text, const gchar *complaints)
{
    YamlCase yaml = yaml_case_read(text);
    MgYamlCopies *copies = mg_yaml_copies_new();

    g_test_message("%s", text);
    mg_yaml_copies_read(&copies, yaml.tree->root, "'copies'", yaml.complaints);
    yaml_case_assert_complaints(&yaml, complaints);
    yaml_case_clear(&yaml);
    return copies;
}

static void test_apply(void)
{
    const gchar *const aggregate[] = {"recipient_group=Government", NULL};
    g_autoptr(MgGroup) group = yaml_case_group(aggregate);

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(MgYamlCopies) copies = read_copies(cases[i].yaml, "");
        g_autoptr(MgRequest) request = mg_request_new("test");
        g_autofree gchar *found = NULL;

        request->form = cases[i].form;
        mg_yaml_copies_apply(copies, group, request);
        found = print(request);
        g_assert_cmpstr(found, ==, cases[i].expected);
    }
}

static const struct {
    const gchar *yaml;
    const gchar *complaints;
} mistakes[] = {
    {"a", "F:1:1: 'copies' must be a list (\"[a, b]\", or lines that begin with \"- \"), but is "
          "'a'"},
    {"[a]", "F:1:2: an entry of 'copies' must be a mapping (lines of the form \"key: value\"), but "
            "is 'a'"},
    {"[{data: inline}]", "F:1:2: an entry of 'copies' has no 'envelope_to'"},
    {"[{envelope_to: []}]", "F:1:16: 'envelope_to' lists no address"},
    {"[{envelope_to: {}}]", "F:1:16: 'envelope_to' must be a list (\"[a, b]\", or lines that begin "
                            "with \"- \"), but is a mapping"},
    {"[{envelope_to: a@b, to: c}]",
     "F:1:21: unknown key 'to' in an entry of 'copies'; known are: when, envelope_to, data"},
    {"[{envelope_to: a@b, data: both}]",
     "F:1:27: 'data' must be inline, attachment, zip or by_size, but is 'both'"},
    {"[{envelope_to: a@b, data: by_size}]",
     "F:1:27: 'data' of a copy cannot be by_size; leave it out, then the copy is as the mail itself"},
};

static void test_mistakes(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(mistakes); i++) {
        g_autoptr(MgYamlCopies) copies = read_copies(mistakes[i].yaml, mistakes[i].complaints);
        g_assert_nonnull(copies);
    }
}

static void test_no_addresses(void)
{
    const gchar *const texts[] = {"abuse", "@b",      "a@",          "a@b@c",      "a b@c",
                                  "<a@b>", "A <a@b>", "a@b,c@d",     "a@b\\r\\nc", "a@b\\n",
                                  "a@.b",  "a@b.",    "\\\"a\\\"@b", "",           NULL};

    for (gsize i = 0; texts[i] != NULL; i++) {
        g_autofree gchar *yaml = g_strdup_printf("[envelope_to: [\"%s\"]]", texts[i]);
        YamlCase yaml_case = yaml_case_read(yaml);
        g_autoptr(MgYamlCopies) copies = mg_yaml_copies_new();
        g_autofree gchar *complaints = NULL;

        g_test_message("%s", yaml);
        mg_yaml_copies_read(&copies, yaml_case.tree->root, "'copies'", yaml_case.complaints);
        complaints = yaml_case_complaints(&yaml_case);
        g_assert_true(g_str_has_prefix(complaints, "F:1:16: '"));
        g_assert_true(g_str_has_suffix(complaints,
                                       "' in 'envelope_to' is no address of the form name@domain"));
        yaml_case_clear(&yaml_case);
    }
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/yaml-copies/apply", test_apply);
    g_test_add_func("/yaml-copies/mistakes", test_mistakes);
    g_test_add_func("/yaml-copies/no-addresses", test_no_addresses);
    return g_test_run();
}
