/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "formats/yaml_format.h"

#include "base/clock.h"
#include "yaml_case.h"

#include <glib/gstdio.h>
#include <sys/stat.h>

#define NOW (1795748400 * (gint64)G_USEC_PER_SEC) /* 2026-11-27 03:00:00 */

/* A site's file that uses all that a file can hold. */
static const gchar site_file[] =
    "# 10-shadowserver.yaml\n"
    "titles:                              # titles of columns written as a bare field name\n"
    "  source.asn: asn\n"
    "  source.ip: ip\n"
    "  time.source: timestamp\n"
    "  extra.system_desc: sysdesc\n"
    "substitutions:                       # names for the template\n"
    "  signature_en: |\n"
    "    Kind regards\n"
    "    the CERT\n"
    "  asn_or_cidr:                       # a list: the first whose `when` holds\n"
    "    - when: {aggregate.source.asn: \"*\"}\n"
    "      text: \"about AS ${source.asn}\" # may use the aggregate identifier's names\n"
    "    - when: {aggregate.cidr: \"*\"}\n"
    "      text: \"about CIDR ${cidr}\"\n"
    "formats:                             # asked in this order\n"
    "  - name: shadowserver               # for log and error messages\n"
    "    match:                           # every key must hold\n"
    "      notification_format: shadowserver\n"
    "    postpone:                        # \"mine, but later\" while any of these holds\n"
    "      notification_interval: true\n"
    "      newest_directive_age: 15m\n"
    "      observation_age: 2h\n"
    "    data: inline\n"
    "    attachment_name: events.csv\n"
    "    template: some_name\n"
    "    tables:                          # by event_data_format\n"
    "      csv_Open-SNMP: [source.asn, source.ip, time.source, extra.system_desc]\n"
    "      csv_malware:\n"
    "        - source.asn\n"
    "        - classification.identifier: malware      # field: title\n"
    "    copies:\n"
    "      - when: {aggregate.recipient_group: Government}\n"
    "        envelope_to: [internal-gov@cert.example]\n"
    "        data: attachment\n"
    "  - name: anything else\n"
    "    match: {}                        # holds for every directive\n"
    "    columns: [source.asn, source.ip]\n"
    "    subject: \"CB-Report#${ticket_number}\"\n"
    "    body: |\n"
    "      Dear Sir or Madam,\n"
    "      ${events_as_csv}\n";

static MgFormat *load(const gchar *text, MgYamlScope *scope)
{
    g_autoptr(GError) error = NULL;
    MgFormat *format =
        mg_yaml_format_load_text("/formats/10-x.yaml", text, strlen(text), scope, &error);

    g_assert_no_error(error);
    return format;
}

static MgDecision *ask(MgFormat *format, const MgGroup *group)
{
    g_autoptr(GError) error = NULL;
    const MgQuestion question = {.group = group, .now = NOW};
    MgDecision *decision = mg_format_decide(format, &question, &error);

    g_assert_no_error(error);
    return decision;
}

static gchar *titles_of(const MgTable *table)
{
    GString *text = g_string_new(NULL);

    for (gsize i = 0; i < table->n_columns; i++)
        g_string_append_printf(text, "%s ", table->columns[i].title);
    return g_string_free(text, FALSE);
}

static void assert_titles(const MgDecision *decision, const gchar *expected)
{
    g_autofree gchar *titles = NULL;

    g_assert_cmpint(decision->answer, ==, MG_ANSWER_REQUEST);
    titles = titles_of(decision->request->table);
    g_assert_cmpstr(titles, ==, expected);
}

static void assert_substitution(const MgDecision *decision, const gchar *name,
                                const gchar *expected)
{
    const gchar *text = NULL;

    g_assert_true(mg_pairs_lookup(decision->request->substitutions, name, &text));
    g_assert_cmpstr(text, ==, expected);
}

static void test_site_request(void)
{
    const gchar *const aggregate[] = {"source.asn=64496", "recipient_group=Government", NULL};
    g_autoptr(MgGroup) group = yaml_case_group(aggregate);
    g_autoptr(MgYamlScope) scope = mg_yaml_scope_new();
    g_autoptr(MgFormat) format = load(site_file, scope);
    g_autoptr(MgDecision) decision = ask(format, group);
    const MgCopy *copy = NULL;

    g_assert_true(format->klass->failure_is_final);
    g_assert_cmpstr(format->filename, ==, "/formats/10-x.yaml");
    g_assert_cmpstr(decision->format_name, ==, "shadowserver");
    assert_titles(decision, "asn ip timestamp sysdesc ");
    assert_substitution(decision, "signature_en", "Kind regards\nthe CERT\n");
    assert_substitution(decision, "asn_or_cidr", "about AS 64496");
    g_assert_cmpstr(decision->request->template_name, ==, "some_name");
    g_assert_cmpint(decision->request->form, ==, MG_FORM_INLINE);
    g_assert_cmpuint(decision->request->copies->len, ==, 1);
    copy = g_ptr_array_index(decision->request->copies, 0);
    g_assert_cmpint(mg_request_copy_form(copy, MG_FORM_INLINE), ==, MG_FORM_ATTACHMENT);
    g_assert_cmpstr(copy->envelope_tos[0], ==, "internal-gov@cert.example");
    g_assert_null(copy->envelope_tos[1]);
}

static void test_site_others(void)
{
    g_autoptr(MgGroup) group = yaml_case_group(NULL);
    g_autoptr(MgGroup) unlisted = yaml_case_group(NULL);
    g_autoptr(MgYamlScope) scope = mg_yaml_scope_new();
    g_autoptr(MgFormat) format = load(site_file, scope);
    g_autoptr(MgDecision) other_table = NULL;
    g_autoptr(MgDecision) anything_else = NULL;
    g_autoptr(MgDecision) postponed = NULL;

    group->inserted_at = NOW - 1;
    postponed = ask(format, group);
    g_assert_cmpint(postponed->answer, ==, MG_ANSWER_POSTPONED);
    g_assert_cmpstr(postponed->format_name, ==, "shadowserver");

    g_free(unlisted->event_data_format);
    unlisted->event_data_format = g_strdup("csv_malware");
    other_table = ask(format, unlisted);
    assert_titles(other_table, "asn malware ");

    g_free(unlisted->event_data_format);
    unlisted->event_data_format = g_strdup("csv_none_of_these");
    unlisted->inserted_at = NOW;
    anything_else = ask(format, unlisted);
    g_assert_cmpstr(anything_else->format_name, ==, "anything else");
    assert_titles(anything_else, "asn ip ");
    assert_substitution(anything_else, "asn_or_cidr", "");
    g_assert_cmpstr(anything_else->request->subject, ==, "CB-Report#${ticket_number}");
    g_assert_cmpstr(anything_else->request->body, ==, "Dear Sir or Madam,\n${events_as_csv}\n");
    g_assert_null(anything_else->request->template_name);
}

static void test_not_mine(void)
{
    g_autoptr(MgGroup) group = yaml_case_group(NULL);
    g_autoptr(MgYamlScope) scope = mg_yaml_scope_new();
    g_autoptr(MgFormat) format =
        load("formats:\n- match: {template_name: x}\n- match: {}\n  tables: {y: [a]}\n", scope);
    g_autoptr(MgDecision) decision = ask(format, group);

    g_assert_cmpint(decision->answer, ==, MG_ANSWER_NOT_MINE);
    g_assert_cmpstr(decision->format_name, ==, "10-x.yaml");
}

static void test_default_name(void)
{
    g_autoptr(MgGroup) group = yaml_case_group(NULL);
    g_autoptr(MgYamlScope) scope = mg_yaml_scope_new();
    g_autoptr(MgFormat) format =
        load("formats:\n- match: {template_name: x}\n- match: {}\n", scope);
    g_autoptr(MgDecision) decision = ask(format, group);

    g_assert_cmpstr(decision->format_name, ==, "10-x.yaml:2");
}

/* Shared files add to those after them; what a file with formats says stays its own. */
static void test_scope(void)
{
    g_autoptr(MgGroup) group = yaml_case_group(NULL);
    g_autoptr(MgYamlScope) scope = mg_yaml_scope_new();
    const gchar *const files[] = {
        "titles: {a: A1, b: B1}\nsubstitutions: {x: X1, y: Y1}\n",
        "formats: [{match: {}, columns: [a, b, c]}]\ntitles: {b: B2, c: C2}\n"
        "substitutions: {y: Y2, z: Z2}\n",
        "titles: {a: A3}\nsubstitutions: {x: X3}\n",
        "formats: [{match: {}, columns: [a, b, c], substitutions: {y: Y4}}]\n",
    };
    g_autoptr(MgFormat) first = load(files[0], scope);
    g_autoptr(MgFormat) second = load(files[1], scope);
    g_autoptr(MgFormat) third = load(files[2], scope);
    g_autoptr(MgFormat) fourth = load(files[3], scope);
    g_autoptr(MgDecision) of_first = ask(first, group);
    g_autoptr(MgDecision) of_second = ask(second, group);
    g_autoptr(MgDecision) of_third = ask(third, group);
    g_autoptr(MgDecision) of_fourth = ask(fourth, group);

    g_assert_cmpint(of_first->answer, ==, MG_ANSWER_NOT_MINE);
    g_assert_cmpint(of_third->answer, ==, MG_ANSWER_NOT_MINE);
    assert_titles(of_second, "A1 B2 C2 ");
    assert_substitution(of_second, "x", "X1");
    assert_substitution(of_second, "y", "Y2");
    assert_substitution(of_second, "z", "Z2");
    assert_titles(of_fourth, "A3 B1 c ");
    assert_substitution(of_fourth, "x", "X3");
    assert_substitution(of_fourth, "y", "Y4");
    g_assert_false(mg_pairs_lookup(of_fourth->request->substitutions, "z", NULL));
}

static void test_anchors(void)
{
    g_autoptr(MgGroup) group = yaml_case_group(NULL);
    g_autoptr(MgYamlScope) scope = mg_yaml_scope_new();
    g_autoptr(MgFormat) format = load("titles:\n"
                                      "  <<: &more {b: B, c: C}\n"
                                      "  b: own\n"
                                      "formats:\n"
                                      "  - &base\n"
                                      "    match: {template_name: none}\n"
                                      "    data: attachment\n"
                                      "    tables: &tables\n"
                                      "      other: &columns [b, c]\n"
                                      "  - <<: *base\n"
                                      "    match: {}\n"
                                      "    tables:\n"
                                      "      <<: *tables\n"
                                      "      csv_Open-SNMP: [*columns, d]\n"
                                      "    substitutions: {<<: *more}\n",
                                      scope);
    g_autoptr(MgDecision) decision = ask(format, group);

    assert_titles(decision, "own C d ");
    g_assert_cmpint(decision->request->form, ==, MG_FORM_ATTACHMENT);
    assert_substitution(decision, "c", "C");
}

static void test_all_mistakes(void)
{
    static const gchar text[] = "titles: {a b: c}\n"
                                "formats:\n"
                                "- match: {}\n"
                                "  postpone: {observation_age: 2x}\n"
                                "  data: csv\n"
                                "- matsch: {}\n"
                                "substitutions: []\n"
                                "titel: {}\n";
    g_autoptr(MgYamlScope) scope = mg_yaml_scope_new();
    g_autoptr(GError) error = NULL;

    g_assert_null(mg_yaml_format_load_text("/f/10-x.yaml", text, strlen(text), scope, &error));
    g_assert_error(error, MG_ERROR, MG_ERROR_SETUP);
    g_assert_cmpstr(
        error->message, ==,
        "/f/10-x.yaml:1:10: 'a b' is no event field; write a field such as source.ip, or extra.KEY "
        "for a key of extra\n"
        "/f/10-x.yaml:4:31: 'observation_age' must be a whole number and s, m, h or d, such as "
        "15m, but is '2x'\n"
        "/f/10-x.yaml:5:9: 'data' must be inline, attachment, zip or by_size, but is 'csv'\n"
        "/f/10-x.yaml:6:3: unknown key 'matsch' in a format; did you mean 'match'?\n"
        "/f/10-x.yaml:6:3: a format has no 'match'; write \"match: {}\" for one that answers for "
        "every directive\n"
        "/f/10-x.yaml:7:16: 'substitutions' must be a mapping (lines of the form \"key: value\"), "
        "but is a list\n"
        "/f/10-x.yaml:8:1: unknown key 'titel' in the file; did you mean 'titles'?");
}

static const struct {
    const gchar *text;
    const gchar *message;
} refused[] = {
    {"", "F:1:1: the file is empty"},
    {"# nothing\n", "F:1:1: the file is empty"},
    {"---\n", "F:1:1: the file is empty"},
    {"{}\n", "F:1:1: the file is empty"},
    {"formats: []\n", "F:1:10: 'formats' is empty; leave it out where the file only serves those "
                      "after it"},
    {"formats:\n", "F:1:1: 'formats' must be a list (\"[a, b]\", or lines that begin with \"- \"), "
                   "but is left empty"},
    {"- match: {}\n",
     "F:1:1: the file must be a mapping (lines of the form \"key: value\"), but is a list"},
    {"*a : b\n", "F:1:1: the alias 'a' has no anchor before it; an asterisk that begins a text "
                 "needs quotes: \"*\""},
};

static void test_refused(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(refused); i++) {
        g_autoptr(MgYamlScope) scope = mg_yaml_scope_new();
        g_autoptr(GError) error = NULL;
        const gchar *text = refused[i].text;
        g_assert_null(mg_yaml_format_load_text("F", text, strlen(text), scope, &error));
        g_assert_error(error, MG_ERROR, MG_ERROR_SETUP);
        g_assert_cmpstr(error->message, ==, refused[i].message);
    }
}

static void assert_unreadable(const gchar *filename, const gchar *part)
{
    g_autoptr(MgYamlScope) scope = mg_yaml_scope_new();
    g_autoptr(GError) error = NULL;

    g_assert_null(mg_yaml_format_load(filename, scope, &error));
    g_assert_error(error, MG_ERROR, MG_ERROR_SETUP);
    g_assert_nonnull(strstr(error->message, part));
    g_assert_nonnull(strstr(error->message, filename));
}

static void test_files(void)
{
    g_autofree gchar *directory = g_dir_make_tmp("formats-XXXXXX", NULL);
    g_autofree gchar *filename = g_build_filename(directory, "10-x.yaml", NULL);
    g_autofree gchar *large = g_strnfill(1024 * 1024 + 1, '#');
    g_autoptr(MgYamlScope) scope = mg_yaml_scope_new();
    g_autoptr(MgFormat) format = NULL;

    assert_unreadable(filename, "No such file or directory");
    g_assert_cmpint(mkfifo(filename, 0600), ==, 0);
    assert_unreadable(filename, "it is no regular file");
    g_unlink(filename);
    g_file_set_contents(filename, large, -1, NULL);
    assert_unreadable(filename, "is larger than 1048576 bytes");
    g_file_set_contents(filename, site_file, -1, NULL);
    format = mg_yaml_format_load(filename, scope, NULL);
    g_assert_nonnull(format);
    g_unlink(filename);
    g_rmdir(directory);
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/yaml-format/site-request", test_site_request);
    g_test_add_func("/yaml-format/site-others", test_site_others);
    g_test_add_func("/yaml-format/not-mine", test_not_mine);
    g_test_add_func("/yaml-format/default-name", test_default_name);
    g_test_add_func("/yaml-format/scope", test_scope);
    g_test_add_func("/yaml-format/anchors", test_anchors);
    g_test_add_func("/yaml-format/all-mistakes", test_all_mistakes);
    g_test_add_func("/yaml-format/refused", test_refused);
    g_test_add_func("/yaml-format/files", test_files);
    return g_test_run();
}
