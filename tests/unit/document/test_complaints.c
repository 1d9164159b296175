/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "document/complaints.h"

#include "base/error.h"

#include <string.h>

static gchar *tell(const MgComplaints *complaints)
{
    g_autoptr(GError) error = NULL;

    mg_complaints_set_error(complaints, &error);
    g_assert_error(error, MG_ERROR, MG_ERROR_SETUP);
    return g_strdup(error->message);
}

static void test_order(void)
{
    g_autoptr(MgComplaints) complaints = mg_complaints_new("/etc/formats/10-ü.yaml");
    g_autofree gchar *text = NULL;

    g_assert_true(mg_complaints_is_empty(complaints));
    mg_complaints_add(complaints, 7, 3, "third");
    mg_complaints_add(complaints, 2, 9, "second");
    mg_complaints_add(complaints, 2, 1, "first");
    mg_complaints_add(complaints, 7, 3, "fourth %d", 4);
    mg_complaints_add(complaints, 7, 3, "third");
    g_assert_false(mg_complaints_is_empty(complaints));
    text = tell(complaints);
    g_assert_cmpstr(text, ==,
                    "/etc/formats/10-ü.yaml:2:1: first\n"
                    "/etc/formats/10-ü.yaml:2:9: second\n"
                    "/etc/formats/10-ü.yaml:7:3: third\n"
                    "/etc/formats/10-ü.yaml:7:3: fourth 4");
}

static void test_limit(void)
{
    g_autoptr(MgComplaints) complaints = mg_complaints_new("F");
    g_autofree gchar *text = NULL;

    for (guint i = 0; i < 60; i++)
        mg_complaints_add(complaints, 60 - i, 1, "bad");
    text = tell(complaints);
    g_assert_true(g_str_has_prefix(text, "F:1:1: bad\n"));
    g_assert_true(g_str_has_suffix(text, "\nF:50:1: bad\nF: and 10 more"));
}

static void test_filename(void)
{
    g_autofree gchar *longest = g_strnfill(300, 'x');
    g_autoptr(MgComplaints) hostile = mg_complaints_new("10-\n.yaml");
    g_autoptr(MgComplaints) broken = mg_complaints_new("10-\xff.yaml");
    g_autoptr(MgComplaints) harmless = mg_complaints_new(longest);

    g_assert_cmpstr(mg_complaints_filename(hostile), ==, "'10-\\x0a.yaml'");
    g_assert_cmpstr(mg_complaints_filename(broken), ==, "'10-\\xff.yaml'");
    g_assert_cmpstr(mg_complaints_filename(harmless), ==, longest);
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/complaints/order", test_order);
    g_test_add_func("/complaints/limit", test_limit);
    g_test_add_func("/complaints/filename", test_filename);
    return g_test_run();
}
