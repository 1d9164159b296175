/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/lot_answer.h"

#include "report/report_form.h"

/* A lot of groups of two events, directives 1 and 2, as it is while formats are asked. */
typedef struct {
    MgSite site;
    MgWorker worker;
    MgTask *tasks[3];
    MgHost hosts[3];
    MgLotEntry entries[3];
    MgLot lot;
} Fixture;

static MgGroup *make_group(gsize n_events)
{
    static const gint64 ids[] = {1, 2};
    MgGroup *group = mg_group_new();

    mg_group_set_directives(group, ids, ids, n_events);
    return group;
}

static Fixture *make(guint n_entries, gsize n_events)
{
    Fixture *fixture = g_new0(Fixture, 1);

    fixture->worker.site = &fixture->site;
    fixture->lot = (MgLot){&fixture->worker, n_entries, fixture->entries, NULL, NULL, NULL};
    for (guint i = 0; i < n_entries; i++) {
        MgLotEntry *entry = &fixture->entries[i];
        fixture->tasks[i] = mg_task_new(make_group(n_events), NULL);
        entry->task = fixture->tasks[i];
        entry->host = &fixture->hosts[i];
        entry->mailing.worker = &fixture->worker;
        entry->mailing.deliveries = mg_mailing_deliveries_new();
    }
    return fixture;
}

static void clear(Fixture *fixture)
{
    for (guint i = 0; i < fixture->lot.n_entries; i++) {
        MgLotEntry *entry = &fixture->entries[i];
        g_ptr_array_unref(entry->mailing.deliveries);
        g_clear_pointer(&entry->notifications, g_ptr_array_unref);
        g_clear_pointer(&entry->events, mg_events_free);
        mg_decision_free(entry->decision);
        mg_division_free(entry->division);
        mg_task_free(fixture->tasks[i]);
    }
    g_free(fixture);
}

static MgDecision *answer(MgLotEntry *entry, MgAnswer answer)
{
    entry->decision = mg_decision_new(answer, "a format");
    return entry->decision;
}

static void test_postponed_leaves(void)
{
    Fixture *fixture = make(1, 2);

    answer(&fixture->entries[0], MG_ANSWER_POSTPONED);
    g_assert_true(mg_lot_answer_follow(&fixture->lot, &fixture->entries[0]));
    g_assert_cmpint(fixture->entries[0].state, ==, MG_LOT_LEFT);
    g_assert_cmpint(fixture->entries[0].how, ==, MG_LEFT_POSTPONED);
    clear(fixture);
}

static void test_request_goes_on(void)
{
    Fixture *fixture = make(1, 2);

    answer(&fixture->entries[0], MG_ANSWER_REQUEST)->request = mg_request_new("a format");
    g_assert_true(mg_lot_answer_follow(&fixture->lot, &fixture->entries[0]));
    g_assert_cmpint(fixture->entries[0].state, ==, MG_LOT_IN_HAND);
    g_assert_cmpstr(fixture->entries[0].mailing.format_name, ==, "a format");
    g_assert_true(mg_lot_answer_is_request(&fixture->entries[0]));
    clear(fixture);
}

/* Mails of a script, by what each marks: "1" and "2" are directives, "12" both, "-" a copy. */
static const struct {
    const gchar *name;
    const gchar *mails;
    gboolean has_connection;
    gboolean is_uncertain;
    gboolean has_failure;
    MgLotState state;
} divisions[] = {
    {"one mail", "12", FALSE, FALSE, FALSE, MG_LOT_IN_HAND},
    {"no mail", "", FALSE, FALSE, FALSE, MG_LOT_IN_HAND},
    {"a mail each", "1 2", FALSE, FALSE, FALSE, MG_LOT_DIVIDED},
    {"two mark the same", "1 1", FALSE, FALSE, FALSE, MG_LOT_IN_HAND},
    {"one marks all", "12 2", FALSE, FALSE, FALSE, MG_LOT_IN_HAND},
    {"with a copy", "1 2 -", FALSE, FALSE, FALSE, MG_LOT_IN_HAND},
    {"the script may have written", "1 2", TRUE, FALSE, FALSE, MG_LOT_IN_HAND},
    {"made again", "1 2", FALSE, TRUE, FALSE, MG_LOT_IN_HAND},
    {"one could not be made", "1 2", FALSE, FALSE, TRUE, MG_LOT_IN_HAND},
};

static GPtrArray *make_mails(const MgGroup *group, const gchar *described)
{
    GPtrArray *mails = g_ptr_array_new_with_free_func((GDestroyNotify)mg_notification_free);
    g_auto(GStrv) words = g_strsplit(described, " ", -1);

    for (guint i = 0; words[i] != NULL; i++) {
        MgNotification *mail = mg_notification_new();
        gint64 ids[2];
        gsize n_ids = 0;

        for (const gchar *at = words[i]; *at != '\0' && *at != '-'; at++)
            ids[n_ids++] = *at - '0';
        mail->marks = mg_marks_of(group, ids, n_ids);
        g_ptr_array_add(mails, mail);
    }
    return mails;
}

static void test_mails_of_parts(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(divisions); i++) {
        Fixture *fixture = make(1, 2);
        MgLotEntry *entry = &fixture->entries[0];
        GPtrArray *mails = make_mails(entry->task->group, divisions[i].mails);

        g_test_message("%s", divisions[i].name);
        if (divisions[i].is_uncertain)
            fixture->tasks[0]->uncertain = g_new0(MgIntent, 1);
        if (divisions[i].has_failure)
            ((MgNotification *)g_ptr_array_index(mails, 1))->failure =
                g_error_new_literal(G_FILE_ERROR, 0, "a mistake");
        entry->host->has_connection = divisions[i].has_connection;
        answer(entry, MG_ANSWER_NOTIFICATIONS)->notifications = mails;
        g_assert_true(mg_lot_answer_follow(&fixture->lot, entry));
        g_assert_cmpint(entry->state, ==, divisions[i].state);
        g_assert_true((entry->division != NULL) == (divisions[i].state == MG_LOT_DIVIDED));
        clear(fixture);
    }
}

/* As a part of the division asks: which has its mail already. */
static void test_prepared_mail_is_the_answer(void)
{
    Fixture *fixture = make(2, 1);
    MgLotEntry *entry = &fixture->entries[0];

    fixture->tasks[0]->prepared = mg_notification_new();
    fixture->tasks[0]->format_name = g_strdup("a script");
    g_assert_true(mg_lot_answer_is_known(entry));
    g_assert_cmpuint(entry->notifications->len, ==, 1);
    g_assert_cmpstr(entry->mailing.format_name, ==, "a script");
    g_assert_false(mg_lot_answer_is_known(&fixture->entries[1]));
    g_assert_null(fixture->entries[1].decision);
    clear(fixture);
}

static gboolean send_itself(MgNotification *notification, MgCourier *courier, GError **error)
{
    g_assert_not_reached();
}

static void answer_with_own_send(MgLotEntry *entry)
{
    GPtrArray *mails = make_mails(entry->task->group, "12");

    ((MgNotification *)g_ptr_array_index(mails, 0))->deliver = send_itself;
    answer(entry, MG_ANSWER_NOTIFICATIONS)->notifications = mails;
}

static void test_own_send_wants_to_be_alone(void)
{
    Fixture *fixture = make(3, 2);

    answer_with_own_send(&fixture->entries[1]);
    g_assert_true(mg_lot_answer_follow(&fixture->lot, &fixture->entries[1]));
    g_assert_cmpint(fixture->entries[0].state, ==, MG_LOT_IN_HAND);
    g_assert_cmpint(fixture->entries[1].state, ==, MG_LOT_PUT_BACK);
    g_assert_true(fixture->entries[1].is_loner);
    g_assert_cmpint(fixture->entries[2].state, ==, MG_LOT_PUT_BACK);
    g_assert_false(fixture->entries[2].is_loner);
    g_assert_cmpuint(fixture->worker.pace.n_alone, ==, MG_PACE_MOST_GROUPS);
    clear(fixture);
}

static void test_own_send_that_is_first_stays(void)
{
    Fixture *fixture = make(2, 2);

    answer_with_own_send(&fixture->entries[0]);
    g_assert_true(mg_lot_answer_follow(&fixture->lot, &fixture->entries[0]));
    g_assert_cmpint(fixture->entries[0].state, ==, MG_LOT_IN_HAND);
    g_assert_true(fixture->entries[0].mailing.is_alone);
    g_assert_cmpint(fixture->entries[1].state, ==, MG_LOT_PUT_BACK);
    clear(fixture);
}

/* Its only event has nothing of what a report needs. */
static gboolean passes_on(Fixture *fixture, const MgReportForm *form)
{
    MgLotEntry *entry = &fixture->entries[0];
    MgDecision *decision = answer(entry, MG_ANSWER_REQUEST);

    decision->format = 2;
    decision->rule = 4;
    decision->request = mg_request_new("a format");
    decision->request->report = form;
    entry->events = mg_events_new(1, 0);
    g_assert_true(mg_lot_answer_follow(&fixture->lot, entry));
    return mg_lot_answer_pass_on(entry);
}

static void test_report_that_cannot_be(void)
{
    const MgReportFormSite reports = {.database = "intelmq"};
    const MgReportForm forms[] = {{.kind = MG_MAPPING_TARGET_XARF_4, .passes = TRUE},
                                  {.kind = MG_MAPPING_TARGET_XARF_4, .passes = FALSE}};

    for (guint i = 0; i < 3; i++) {
        Fixture *fixture = make(1, 1);
        gboolean has_passed = FALSE;

        fixture->hosts[0].terms.reports = &reports;
        has_passed = passes_on(fixture, i < 2 ? &forms[i] : NULL);
        g_assert_true(has_passed == (i == 0));
        g_assert_true((fixture->entries[0].decision == NULL) == has_passed);
        g_assert_true((fixture->entries[0].events == NULL) == has_passed);
        g_assert_cmpuint(fixture->hosts[0].question.first_format, ==, has_passed ? 2 : 0);
        g_assert_cmpuint(fixture->hosts[0].question.first_rule, ==, has_passed ? 5 : 0);
        clear(fixture);
    }
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/lot_answer/postponed_leaves", test_postponed_leaves);
    g_test_add_func("/lot_answer/request_goes_on", test_request_goes_on);
    g_test_add_func("/lot_answer/mails_of_parts", test_mails_of_parts);
    g_test_add_func("/lot_answer/prepared_mail_is_the_answer", test_prepared_mail_is_the_answer);
    g_test_add_func("/lot_answer/own_send_wants_to_be_alone", test_own_send_wants_to_be_alone);
    g_test_add_func("/lot_answer/own_send_that_is_first_stays", test_own_send_that_is_first_stays);
    g_test_add_func("/lot_answer/report_that_cannot_be", test_report_that_cannot_be);
    return g_test_run();
}
