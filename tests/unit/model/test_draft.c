/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "model/draft.h"

/* All texts of the copy are its own. */
static void test_copy(void)
{
    g_autoptr(MgDraft) draft = mg_draft_new();
    g_autoptr(MgDraft) copy = NULL;

    draft->sender = g_strdup("a@b.example");
    draft->envelope_tos = g_strsplit("a@b.example b@b.example", " ", -1);
    draft->report = mg_draft_report_new(MG_DRAFT_REPORT_X_ARF);
    draft->report->is_signed = TRUE;
    draft->report->text = g_strdup("x");
    draft->report->evidence = g_bytes_new_static("y", 1);
    draft->report->evidence_type = g_strdup("text/plain");
    copy = mg_draft_copy(draft);
    g_assert_cmpstr(copy->sender, ==, draft->sender);
    g_assert_true(copy->sender != draft->sender);
    g_assert_cmpstr(copy->envelope_tos[1], ==, "b@b.example");
    g_assert_cmpint(copy->report->kind, ==, MG_DRAFT_REPORT_X_ARF);
    g_assert_true(copy->report->is_signed);
    g_assert_cmpstr(copy->report->text, ==, "x");
    g_assert_true(copy->report->text != draft->report->text);
    g_assert_true(g_bytes_equal(copy->report->evidence, draft->report->evidence));
    g_assert_cmpstr(copy->report->evidence_type, ==, "text/plain");
}

static void test_copy_of_an_empty_one(void)
{
    g_autoptr(MgDraft) draft = mg_draft_new();
    g_autoptr(MgDraft) copy = mg_draft_copy(draft);

    g_assert_null(copy->report);
    g_assert_null(copy->subject);
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/draft/copy", test_copy);
    g_test_add_func("/draft/copy-of-an-empty-one", test_copy_of_an_empty_one);
    return g_test_run();
}
