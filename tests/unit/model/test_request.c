/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "model/request.h"

static void test_defaults(void)
{
    g_autoptr(MgRequest) request = mg_request_new("10-a.yaml:1");

    g_assert_cmpstr(request->format_name, ==, "10-a.yaml:1");
    g_assert_true(request->table == mg_table_builtin());
    g_assert_cmpint(request->form, ==, MG_FORM_INLINE);
    g_assert_false(request->is_by_size);
    g_assert_cmpstr(request->attachment_name, ==, "events.csv");
    g_assert_null(request->template_name);
    g_assert_cmpuint(mg_pairs_count(request->substitutions), ==, 0);
    g_assert_cmpuint(request->copies->len, ==, 0);
}

static void test_copies_are_its_own(void)
{
    g_autoptr(MgRequest) request = mg_request_new("f");
    g_auto(GStrv) addresses = g_strsplit("a@a.example b@b.example", " ", -1);
    const MgForm zip = MG_FORM_ZIP;
    const MgCopy *copy = NULL;

    mg_request_add_copy(request, (const gchar *const *)addresses, &zip);
    addresses[0][0] = 'x';
    mg_request_add_copy(request, (const gchar *const *)addresses, NULL);
    g_assert_cmpuint(request->copies->len, ==, 2);
    copy = request->copies->pdata[0];
    g_assert_cmpstr(copy->envelope_tos[0], ==, "a@a.example");
    g_assert_cmpstr(copy->envelope_tos[1], ==, "b@b.example");
    g_assert_null(copy->envelope_tos[2]);
    g_assert_cmpint(mg_request_copy_form(copy, MG_FORM_INLINE), ==, MG_FORM_ZIP);
    copy = request->copies->pdata[1];
    g_assert_cmpstr(copy->envelope_tos[0], ==, "x@a.example");
    g_assert_cmpint(mg_request_copy_form(copy, MG_FORM_INLINE), ==, MG_FORM_INLINE);
    g_assert_cmpint(mg_request_copy_form(copy, MG_FORM_ATTACHMENT), ==, MG_FORM_ATTACHMENT);
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/request/defaults", test_defaults);
    g_test_add_func("/request/copies-are-its-own", test_copies_are_its_own);
    return g_test_run();
}
