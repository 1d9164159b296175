/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "preview/preview_list.h"

#include "sample.h"

static void assert_holds(const gchar *text, const gchar *piece)
{
    if (strstr(text, piece) == NULL)
        g_error("%s is not in:\n%s", piece, text);
}

static void test_text(void)
{
    g_autoptr(MgPreview) preview = sample_preview();
    g_autofree gchar *text = mg_preview_list_text(preview);

    g_assert_true(g_str_has_prefix(
        text, "The run would stop before its first mail, since it would exceed a limit:\n"
              "  x</script><!--<script>\\x1b[2J\\u202e\\u2028 gets 3\n\n"
              "To be sent: 2 mails about 2 events\n"));
    assert_holds(text, "\nPostponed: 1 group\n");
    assert_holds(text,
                 "1970-01-01 01:00 UTC  too young </script><!--<script>\\x1b[2J\\u202e\\u2028\n");
    assert_holds(text, "\nFailed: 1\n");
    assert_holds(text, ", 1 event\n      no template ");
    assert_holds(text, "\n      HINT: make one\n");
    assert_holds(text, "\nLeft alone: 1\n  abuse@isp.example, template ");
    assert_holds(text, "\n      held </script>");
    assert_holds(text, "(the format script sends it itself)");
    g_assert_null(strchr(text, '\x1b'));
}

static void test_nothing(void)
{
    g_autoptr(MgPreview) preview = mg_preview_new();
    g_autofree gchar *text = mg_preview_list_text(preview);

    g_assert_cmpstr(text, ==, "To be sent: 0 mails about 0 events\n");
}

/* That it is JSON at all, Python says in tests/flow. */
static void test_json(void)
{
    g_autoptr(MgPreview) preview = sample_preview();
    g_autofree gchar *json = mg_preview_list_json(preview);

    assert_holds(json, "\"made_at\": \"1970-01-01T00:00:00+00:00\"");
    assert_holds(json, "\"n_mails\": 2");
    assert_holds(json, "\"until\": \"1970-01-01T01:00:00+00:00\"");
    assert_holds(json, "\"is_by_script\": true");
    assert_holds(json, "\"n_skipped\": 1");
    assert_holds(json, "\"reason\": \"held ");
    assert_holds(json, "\"exceeded_limits\": [{\"setting\": \"safety.max_mails_per_recipient\", "
                       "\"limit\": 1, \"found\": 3, \"excess\": 2, \"recipient\": \"x\\u003c");
    g_assert_null(strchr(json, '\x1b'));
    g_assert_null(strchr(json, '<'));
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/preview_list/text", test_text);
    g_test_add_func("/preview_list/nothing", test_nothing);
    g_test_add_func("/preview_list/json", test_json);
    return g_test_run();
}
