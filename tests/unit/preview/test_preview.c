/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "preview/preview.h"

#include "base/clock.h"

static MgGroup *make_group(const gchar *recipient, gint64 directive, gsize n_events)
{
    MgGroup *group = mg_group_new();

    group->recipient_address = g_strdup(recipient);
    group->directive_ids = g_new(gint64, 1);
    group->directive_ids[0] = directive;
    group->n_directives = 1;
    group->n_events = n_events;
    group->event_ids = g_new0(gint64, n_events);
    return group;
}

static const MgPreviewEntry *entry_at(const GPtrArray *entries, guint index)
{
    return g_ptr_array_index(entries, index);
}

static void test_lists(void)
{
    g_autoptr(MgPreview) preview = mg_preview_new();
    g_autoptr(MgGroup) group = make_group("a@isp.example", 1, 3);

    mg_preview_add(preview, MG_PREVIEW_MAIL, group);
    mg_preview_add(preview, MG_PREVIEW_BY_SCRIPT, group);
    mg_preview_add(preview, MG_PREVIEW_POSTPONED, group);
    mg_preview_add(preview, MG_PREVIEW_FAILED, group);
    mg_preview_add(preview, MG_PREVIEW_COPY_FAILED, group);
    g_assert_cmpuint(preview->mails->len, ==, 2);
    g_assert_cmpuint(preview->postponed->len, ==, 1);
    g_assert_cmpuint(preview->failed->len, ==, 2);
    g_assert_cmpuint(mg_preview_count_events(preview), ==, 3); /* a group counts once */
    g_assert_cmpstr(entry_at(preview->failed, 0)->recipient, ==, "a@isp.example");
    g_assert_true(entry_at(preview->postponed, 0)->until == MG_CLOCK_NONE);
}

/* One worker gave up, another did it; and a group that nobody did, told twice. */
static void test_taken_over(void)
{
    g_autoptr(MgPreview) preview = mg_preview_new();
    g_autoptr(MgGroup) done = make_group("a@isp.example", 1, 1);
    g_autoptr(MgGroup) left = make_group("b@isp.example", 2, 1);

    mg_preview_add(preview, MG_PREVIEW_SKIPPED, done);
    mg_preview_add(preview, MG_PREVIEW_SKIPPED, left);
    mg_preview_add(preview, MG_PREVIEW_POSTPONED, done);
    mg_preview_add(preview, MG_PREVIEW_SKIPPED, left);
    mg_preview_sort(preview);
    g_assert_cmpuint(preview->skipped->len, ==, 1);
    g_assert_cmpstr(entry_at(preview->skipped, 0)->recipient, ==, "b@isp.example");
}

static void test_order(void)
{
    g_autoptr(MgPreview) preview = mg_preview_new();
    g_autoptr(MgGroup) second = make_group("b@isp.example", 20, 1);
    g_autoptr(MgGroup) first = make_group("a@isp.example", 10, 1);

    mg_preview_add(preview, MG_PREVIEW_MAIL, second);
    mg_preview_add(preview, MG_PREVIEW_MAIL, first);
    mg_preview_add(preview, MG_PREVIEW_MAIL, second)->is_copy = TRUE;
    mg_preview_sort(preview);
    g_assert_cmpstr(entry_at(preview->mails, 0)->recipient, ==, "a@isp.example");
    g_assert_false(entry_at(preview->mails, 1)->is_copy);
    g_assert_true(entry_at(preview->mails, 2)->is_copy);
}

static void test_mail(void)
{
    g_autoptr(MgPreview) preview = mg_preview_new();
    g_autoptr(MgGroup) group = make_group("a@isp.example", 1, 1);
    g_autoptr(MgMail) mail = mg_mail_new();
    MgPreviewEntry *entry = mg_preview_add(preview, MG_PREVIEW_MAIL, group);

    g_assert_cmpuint(mg_preview_size(entry), ==, 0);
    mail->recipient = g_strdup("A <a@isp.example>");
    mail->subject = g_strdup("s");
    mail->envelope_tos = g_strsplit("x@y.example z@y.example", " ", 0);
    mail->wire = g_bytes_new_static("12345", 5);
    mg_preview_set_mail(entry, mail);
    g_assert_cmpuint(mg_preview_size(entry), ==, 5);
    g_assert_cmpstr(entry->recipient, ==, "A <a@isp.example>");
    g_assert_cmpuint(g_strv_length(entry->envelope_tos), ==, 2);
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/preview/lists", test_lists);
    g_test_add_func("/preview/taken over", test_taken_over);
    g_test_add_func("/preview/order", test_order);
    g_test_add_func("/preview/mail", test_mail);
    return g_test_run();
}
