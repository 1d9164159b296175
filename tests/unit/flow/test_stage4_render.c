/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/stage4_render.h"

#include "base/clock.h"
#include "base/error.h"

#include <string.h>

#define TICKET "20261125-10000001"
#define CSV "\"a\"\r\n\"=1\"\r\n"

static MgGroup *make_group(void)
{
    MgGroup *group = mg_group_new();

    group->recipient_address = g_strdup("abuse@isp.example");
    group->template_name = g_strdup("of_the_directive");
    group->n_events = 7;
    mg_pairs_set(group->aggregate, "source.asn", "64496");
    return group;
}

static MgRequest *make_request(const gchar *body)
{
    MgRequest *request = mg_request_new("test");

    request->subject = g_strdup("Report ${ticket_number}");
    request->body = g_strdup(body);
    request->csv = g_strdup(CSV);
    return request;
}

static MgTerms make_terms(const MgGroup *group)
{
    return (MgTerms){.group = group,
                     .sender = "Own <own@cert.example>",
                     .envelope_from = "bounces@cert.example",
                     .mail_date = MG_CLOCK_NONE};
}

static void test_whom_and_from_whom(void)
{
    g_autoptr(MgGroup) group = make_group();
    const MgTerms terms = make_terms(group);
    g_autoptr(MgRequest) request = make_request("x");
    g_autoptr(GError) error = NULL;
    g_autoptr(MgDraft) draft =
        mg_stage4_render(&terms, request, NULL, TICKET, MG_FORM_INLINE, &error);

    g_assert_no_error(error);
    g_assert_cmpstr(draft->sender, ==, "Own <own@cert.example>");
    g_assert_cmpstr(draft->envelope_from, ==, "bounces@cert.example");
    g_assert_cmpstr(draft->recipient, ==, "abuse@isp.example");
    g_assert_cmpstr(draft->ticket, ==, TICKET);
    g_assert_cmpstr(draft->subject, ==, "Report " TICKET);
}

/* Later wins: names of the mail's form, the format's own, ours, the aggregate identifier's. */
static const struct {
    const gchar *name;      /* which the format sets, or NULL */
    const gchar *text;      /* to this */
    const gchar *aggregate; /* (nullable): a key that the aggregate identifier has too, as "here" */
    const gchar *body;
    const gchar *expected;
} names[] = {
    {NULL, NULL, NULL, "${n_events} ${data_form} ${part}/${n_parts}", "7 inline 1/1"},
    {"n_events", "own", NULL, "$n_events", "own"},
    {"ticket_number", "own", NULL, "$ticket_number", TICKET},
    {"events_as_csv", "own", NULL, "$events_as_csv", CSV},
    {NULL, NULL, "ticket_number", "$ticket_number", "here"},
    {"source.asn", "own", NULL, "${source.asn}", "64496"},
    {"greeting", "$ticket_number", NULL, "$greeting", "$ticket_number"},
    {NULL, NULL, NULL, "$$1", "$1"},
};

static void test_names(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autoptr(MgGroup) group = make_group();
        const MgTerms terms = make_terms(group);
        g_autoptr(MgRequest) request = make_request(names[i].body);
        g_autoptr(GError) error = NULL;
        g_autoptr(MgDraft) draft = NULL;

        g_test_message("%s", names[i].body);
        if (names[i].name != NULL)
            mg_pairs_set(request->substitutions, names[i].name, names[i].text);
        if (names[i].aggregate != NULL)
            mg_pairs_set(group->aggregate, names[i].aggregate, "here");
        draft = mg_stage4_render(&terms, request, NULL, TICKET, MG_FORM_INLINE, &error);
        g_assert_no_error(error);
        g_assert_cmpstr(draft->body, ==, names[i].expected);
    }
}

static const struct {
    MgForm form;
    gboolean mark_order;
    const gchar *body;
    const gchar *attachment_name;
    const gchar *attachment;
} forms[] = {
    {MG_FORM_INLINE, FALSE, CSV, NULL, NULL},
    {MG_FORM_INLINE, TRUE, CSV, NULL, NULL},
    {MG_FORM_ATTACHMENT, FALSE, "", "events.csv", CSV},
    {MG_FORM_ATTACHMENT, TRUE, "", "events.csv", "\xef\xbb\xbf" CSV},
    {MG_FORM_ZIP, FALSE, "", "events.csv.zip", NULL},
};

static void test_forms(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(forms); i++) {
        g_autoptr(MgGroup) group = make_group();
        const MgTerms terms = make_terms(group);
        g_autoptr(MgRequest) request = make_request("$events_as_csv");
        g_autoptr(GError) error = NULL;
        g_autoptr(MgDraft) draft = NULL;

        g_test_message("%" G_GSIZE_FORMAT, i);
        request->mark_order = forms[i].mark_order;
        draft = mg_stage4_render(&terms, request, NULL, TICKET, forms[i].form, &error);
        g_assert_no_error(error);
        g_assert_cmpstr(draft->body, ==, forms[i].body);
        g_assert_cmpstr(draft->attachment_name, ==, forms[i].attachment_name);
        g_assert_cmpstr(draft->attachment, ==, forms[i].attachment);
        g_assert_true((draft->archive != NULL) == (forms[i].form == MG_FORM_ZIP));
    }
}

/* The request's own texts, else its template, else the directive's. */
static void test_which_template(void)
{
    static const struct {
        const gchar *subject;
        const gchar *template_name;
        const gchar *expected; /* NULL: there is none of that name */
    } cases[] = {
        {"own", "of_the_format", "own"},
        {NULL, "of_the_format", "format"},
        {NULL, NULL, "directive"},
        {NULL, "no_such", NULL},
    };
    g_autoptr(MgTemplateStore) templates = mg_template_store_new(NULL, NULL);
    g_autoptr(MgGroup) group = make_group();
    MgTerms terms = make_terms(group);

    terms.templates = templates;
    mg_template_store_add(templates, "of_the_format", "format\n\nx");
    mg_template_store_add(templates, "of_the_directive", "directive\n\nx");
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(MgRequest) request = make_request("x");
        g_autoptr(GError) error = NULL;
        g_autoptr(MgDraft) draft = NULL;

        g_free(request->subject);
        request->subject = g_strdup(cases[i].subject);
        request->template_name = g_strdup(cases[i].template_name);
        draft = mg_stage4_render(&terms, request, NULL, TICKET, MG_FORM_INLINE, &error);
        if (cases[i].expected != NULL)
            g_assert_cmpstr(draft->subject, ==, cases[i].expected);
        else
            g_assert_error(error, MG_ERROR, MG_ERROR_GROUP);
    }
}

static void test_unknown_name(void)
{
    g_autoptr(MgGroup) group = make_group();
    const MgTerms terms = make_terms(group);
    g_autoptr(MgRequest) request = make_request("${no.such}");
    g_autoptr(GError) error = NULL;

    g_assert_null(mg_stage4_render(&terms, request, NULL, TICKET, MG_FORM_INLINE, &error));
    g_assert_error(error, MG_ERROR, MG_ERROR_GROUP);
    g_assert_nonnull(strstr(error->message, "no.such"));
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/stage4_render/whom_and_from_whom", test_whom_and_from_whom);
    g_test_add_func("/stage4_render/names", test_names);
    g_test_add_func("/stage4_render/forms", test_forms);
    g_test_add_func("/stage4_render/which_template", test_which_template);
    g_test_add_func("/stage4_render/unknown_name", test_unknown_name);
    return g_test_run();
}
