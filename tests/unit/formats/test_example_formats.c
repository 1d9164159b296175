/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * The examples that a site copies, formats/ and templates/: they load, answer, and their texts
 * expand.
 */
#include "formats/format_list.h"

#include "render/template_store.h"

#include <string.h>

#define NOW (1795748400 * (gint64)G_USEC_PER_SEC)

static gchar *source_directory(const gchar *name)
{
    return g_test_build_filename(G_TEST_DIST, "..", "..", name, NULL);
}

static MgGroup *make_group(const gchar *notification_format, const gchar *event_data_format,
                           const gchar *template_name)
{
    MgGroup *group = mg_group_new();

    group->recipient_address = g_strdup("abuse@isp.example");
    group->template_name = g_strdup(template_name);
    group->notification_format = g_strdup(notification_format);
    group->event_data_format = g_strdup(event_data_format);
    mg_pairs_set(group->aggregate, "source.asn", "64496");
    return group;
}

static MgDecision *ask_all(GPtrArray *formats, const MgGroup *group)
{
    const MgQuestion question = {.group = group, .now = NOW};

    for (guint i = 0; i < formats->len; i++) {
        g_autoptr(GError) error = NULL;
        MgDecision *decision = mg_format_decide(g_ptr_array_index(formats, i), &question, &error);
        g_assert_no_error(error);
        if (decision->answer != MG_ANSWER_NOT_MINE)
            return decision;
        mg_decision_free(decision);
    }
    g_assert_not_reached();
}

static gchar *render(MgTemplateStore *store, const MgRequest *request, const MgGroup *group)
{
    g_autoptr(MgPairs) names = mg_pairs_new();
    g_autoptr(MgTemplate) template = NULL;
    g_autoptr(GError) error = NULL;
    g_autofree gchar *subject = NULL;
    g_autofree gchar *body = NULL;

    mg_pairs_update(names, request->substitutions);
    mg_pairs_set(names, "ticket_number", "20261127-10000001");
    mg_pairs_set(names, "events_as_csv", "THE EVENTS\n");
    mg_pairs_update(names, group->aggregate);
    if (request->subject == NULL)
        template = mg_template_store_get(
            store, request->template_name != NULL ? request->template_name : group->template_name,
            &error);
    else
        template = mg_template_new(request->format_name, request->subject, request->body);
    g_assert_no_error(error);
    g_assert_true(mg_template_expand(template, names, &subject, &body, &error));
    g_assert_no_error(error);
    return g_strconcat(subject, "\n", body, NULL);
}

static const struct {
    const gchar *notification_format;
    const gchar *event_data_format;
    const gchar *template_name;
    const gchar *format_name;
    const gchar *part; /* of subject and body */
} cases[] = {
    {"shadowserver", "csv_Open-SNMP", "shadowserver_csv_Open-SNMP", "shadowserver",
     "SNMP requests"},
    {"shadowserver", "csv_Open-DNS", "shadowserver_csv_Open-DNS", "shadowserver", "recursive DNS"},
    {"shadowserver", "csv_Accessible-RDP", "shadowserver_csv_Accessible-RDP", "shadowserver",
     "Remote Desktop"},
    {"shadowserver", "csv_unlisted", "none", "anything else", "angehängte Tabelle"},
    {"malware", "csv_malware", "none", "malware", "Sinkhole"},
    {"malware", "csv_malware-http", "none", "malware", "in your AS64496"},
    {"vulnerable", "csv_exchange", "none", "vulnerable systems", "Microsoft Exchange"},
    {"vulnerable-citrix", "csv_citrix", "none", "vulnerable systems", "manufacturer's update"},
    {"other", "other", "none", "anything else", "attached table"},
};

static void test_answers(void)
{
    g_autofree gchar *formats_directory = source_directory("formats");
    g_autofree gchar *templates_directory = source_directory("templates");
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) formats = mg_format_list_load(formats_directory, NULL, 0, &error);
    MgTemplateStore *store = NULL;

    g_assert_no_error(error);
    store = mg_template_store_new(templates_directory, &error);
    g_assert_no_error(error);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(MgGroup) group = make_group(cases[i].notification_format,
                                              cases[i].event_data_format, cases[i].template_name);
        g_autoptr(MgDecision) decision = ask_all(formats, group);
        g_autofree gchar *text = NULL;

        g_test_message("%s %s", cases[i].notification_format, cases[i].event_data_format);
        g_assert_cmpint(decision->answer, ==, MG_ANSWER_REQUEST);
        g_assert_cmpstr(decision->format_name, ==, cases[i].format_name);
        text = render(store, decision->request, group);
        g_assert_nonnull(strstr(text, cases[i].part));
        g_assert_nonnull(strstr(text, "20261127-10000001"));
        g_assert_nonnull(strstr(text, "CERT Example, "));
        g_assert_cmpint(strstr(text, "THE EVENTS") == NULL, ==,
                        decision->request->form != MG_FORM_INLINE);
    }
    mg_template_store_free(store);
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/example-formats/answers", test_answers);
    return g_test_run();
}
