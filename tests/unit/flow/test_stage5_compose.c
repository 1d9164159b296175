/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/stage5_compose.h"

#include "mime/compose.h"

#include <string.h>

/* Of a draft with this body and, perhaps, attachment: the bytes that would be signed. */
static gchar *compose(const gchar *body, const gchar *attachment)
{
    g_autoptr(MgDraft) draft = mg_draft_new();
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) content = NULL;
    gsize length;

    draft->sender = g_strdup("own@cert.example");
    draft->recipient = g_strdup("abuse@isp.example");
    draft->subject = g_strdup("A subject");
    draft->body = g_strdup(body);
    draft->attachment_name = attachment != NULL ? g_strdup("events.csv") : NULL;
    draft->attachment = g_strdup(attachment);
    content = mg_stage5_compose(draft, &error);
    g_assert_no_error(error);
    length = g_bytes_get_size(content);
    return g_strndup(g_bytes_get_data(content, NULL), length);
}

static void test_text_alone(void)
{
    g_autofree gchar *content = compose("Gr\xc3\xbc\xc3\x9f"
                                        "e",
                                        NULL);

    g_assert_true(g_str_has_prefix(content, "Content-Type: text/plain; charset=\"utf-8\"\r\n"));
    g_assert_true(g_str_has_suffix(content, "\r\n\r\nGr=C3=BC=C3=9Fe\r\n"));
    g_assert_null(strstr(content, "Subject:")); /* what is signed holds no header of the mail */
}

static void test_attachment(void)
{
    g_autofree gchar *content = compose("text", "\"a\"\r\n");
    const gchar *csv = strstr(content, "Content-Type: text/csv");

    g_assert_true(g_str_has_prefix(content, "Content-Type: multipart/mixed;"));
    g_assert_nonnull(csv);
    g_assert_nonnull(strstr(csv, "Content-Disposition: attachment; filename=\"events.csv\"\r\n"));
    g_assert_nonnull(strstr(csv, "\r\n\r\n\"a\"\r\n"));
}

/* What relays alter, or may refuse, does not occur: see each line. */
static void test_fit_for_relays(void)
{
    g_autofree gchar *cells = g_strnfill(500, 'x');
    g_autofree gchar *text =
        g_strconcat("From here\n.\ntrailing \n", cells, "\n\xe2\x82\xac", NULL);
    g_autofree gchar *content = compose(text, text);
    g_auto(GStrv) lines = g_strsplit(content, "\r\n", -1);

    for (gchar **line = lines; *line != NULL; line++) {
        g_assert_cmpuint(strlen(*line), <=, 76);
        g_assert_false(g_str_has_prefix(*line, "From "));
        g_assert_false(g_str_has_suffix(*line, " "));
        g_assert_true(g_str_is_ascii(*line));
        g_assert_null(strpbrk(*line, "\r\n"));
    }
    g_assert_true(g_str_has_suffix(content, "\r\n"));
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    mg_compose_init();
    g_test_add_func("/stage5_compose/text_alone", test_text_alone);
    g_test_add_func("/stage5_compose/attachment", test_attachment);
    g_test_add_func("/stage5_compose/fit_for_relays", test_fit_for_relays);
    return g_test_run();
}
