/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "mime/header.h"

#include "base/error.h"
#include "mime/address.h"

#include <string.h>

#define SEVENTY "0123456789012345678901234567890123456789012345678901234567890123456789"

static const struct {
    const gchar *name;
    const gchar *text;
    const gchar *line; /* NULL: an error */
} texts[] = {
    {"plain", "CB-Report#20261120-10000001", "S: CB-Report#20261120-10000001\r\n"},
    {"empty", "", "S:\r\n"},
    {"umlaut", "Grüße, Welt", "S: =?utf-8?q?Gr=C3=BC=C3=9Fe=2C_Welt?=\r\n"},
    {"base64-shorter", "日本語", "S: =?utf-8?b?5pel5pys6Kqe?=\r\n"},
    {"looks-encoded", "=?utf-8?q?x?=", "S: =?utf-8?b?PT91dGYtOD9xP3g/PQ==?=\r\n"},
    {"space-around", " a ", "S: =?utf-8?q?_a_?=\r\n"},
    {"control", "a\x1b", "S: =?utf-8?q?a=1B?=\r\n"},
    {"tab", "a\tb", "S: =?utf-8?q?a=09b?=\r\n"},
    {"folded", SEVENTY " abc def", "S: " SEVENTY "\r\n abc def\r\n"},
    {"double-space", SEVENTY "  xy",
     "S: =?utf-8?q?01234567890123456789012345678901234567890123456789012"
     "34567890?=\r\n =?utf-8?q?123456789__xy?=\r\n"},
    {"lf", "a\nBcc: x", NULL},
    {"cr", "a\rb", NULL},
    {"not-utf8", "a\xff", NULL},
};

static void test_text(gconstpointer data)
{
    gsize i = GPOINTER_TO_SIZE(data);
    g_autoptr(GString) out = g_string_new(NULL);
    g_autoptr(GError) error = NULL;
    gboolean done = mg_header_append_text(out, "S", texts[i].text, &error);

    g_assert_cmpint(done, ==, texts[i].line != NULL);
    g_assert_cmpstr(out->str, ==, done ? texts[i].line : "");
    if (!done)
        g_assert_error(error, MG_ERROR, MG_ERROR_GROUP);
}

static void test_text_error(void)
{
    g_autoptr(GString) out = g_string_new(NULL);
    g_autoptr(GError) error = NULL;

    g_assert_false(mg_header_append_text(out, "Subject", "a\r\nBcc: b", &error));
    g_assert_cmpstr(error->message, ==, "header 'Subject': line break: 'a\\x0d\\x0aBcc: b'");
}

/* Lines stay short and characters whole, whatever comes. */
static void test_long_text(void)
{
    static const gchar *const characters[] = {"x", "é", "€", "😀", " ", "=", "x "};

    for (gsize i = 0; i < G_N_ELEMENTS(characters); i++) {
        g_autoptr(GString) text = g_string_new(NULL);
        g_autoptr(GString) out = g_string_new(NULL);
        g_auto(GStrv) lines = NULL;

        for (gint k = 0; k < 2000; k++)
            g_string_append(text, characters[i]);
        g_assert_true(mg_header_append_text(out, "Subject", text->str, NULL));
        lines = g_strsplit(out->str, "\r\n", -1);
        for (gsize k = 0; lines[k] != NULL; k++)
            g_assert_cmpuint(strlen(lines[k]), <=, 76);
    }
}

static const struct {
    const gchar *name;
    const gchar *given;
    const gchar *line;
} addresses[] = {
    {"as-given", "\"A\"  <a@b.example>,c@d.example", "To: \"A\"  <a@b.example>,c@d.example\r\n"},
    {"umlaut", "Zoë X <a@b.example>, c@d.example",
     "To: =?utf-8?q?Zo=C3=AB_X?= <a@b.example>, c@d.example\r\n"},
    {"space-around", " a@b.example ", "To: a@b.example\r\n"},
    {"tab", "A\tB <a@b.example>", "To: A B <a@b.example>\r\n"},
    {"quoted-again", "\"A, B\" <a@b.example>, \"Ü\" <c@d.example>",
     "To: \"A, B\" <a@b.example>, =?utf-8?q?=C3=9C?= <c@d.example>\r\n"},
    {"idn", "a@bücher.example", "To: a@xn--bcher-kva.example\r\n"},
    {"folded",
     "aaaaaaaaaaaaaaaaaaaa@bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb.example, c@dddddd.example, e@f.example",
     "To: aaaaaaaaaaaaaaaaaaaa@bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb.example,\r\n c@dddddd.example, "
     "e@f.example\r\n"},
};

static void test_addresses(gconstpointer data)
{
    gsize i = GPOINTER_TO_SIZE(data);
    g_autoptr(GString) out = g_string_new(NULL);
    g_autoptr(GPtrArray) mailboxes = mg_address_parse("x", addresses[i].given, NULL);

    mg_header_append_addresses(out, "To", addresses[i].given, mailboxes);
    g_assert_cmpstr(out->str, ==, addresses[i].line);
}

static const struct {
    const gchar *title;
    const gchar *name;
    const gchar *value;
    const gchar *line; /* NULL: an error that says ... */
    const gchar *message;
} further[] = {
    {"plain", "X-Site", " value ", "X-Site: value\r\n", NULL},
    {"umlaut", "Organization", "Größe", "Organization: =?utf-8?q?Gr=C3=B6=C3=9Fe?=\r\n", NULL},
    {"encoded-already", "X-Site", "=?utf-8?q?x?=", "X-Site: =?utf-8?q?x?=\r\n", NULL},
    {"long-word", "List-Unsubscribe", "<https://" SEVENTY SEVENTY ">",
     "List-Unsubscribe: <https://" SEVENTY SEVENTY ">\r\n", NULL},
    {"reply-to", "reply-to", "Zoë <a@b.example>",
     "reply-to: =?utf-8?q?Zo=C3=AB?= <a@b.example>\r\n", NULL},
    {"bad-reply-to", "Reply-To", "nobody", NULL, "header 'Reply-To' 'nobody': no '@'"},
    {"line-break", "X-Site", "a\r\nBcc: c@d", NULL, "line break"},
    {"control", "X-Site", "a\tb", NULL, "control character"},
    {"line-break-in-name", "X\r\nBcc", "c@d", NULL, "header 'X\\x0d\\x0aBcc': not the name"},
    {"space-in-name", "X Y", "a", NULL, "not the name of a header field"},
    {"colon-in-name", "X:", "a", NULL, "not the name of a header field"},
    {"umlaut-in-name", "X-Ü", "a", NULL, "not the name of a header field"},
    {"empty-name", "", "a", NULL, "not the name of a header field"},
    {"subject", "subject", "a", NULL, "the program writes this header itself"},
    {"content", "content-Type", "a", NULL, "the program writes this header itself"},
    {"auto-submitted", "Auto-Submitted", "no", NULL, "the program writes this header itself"},
    {"no-value", "X-Site", NULL, NULL, "no value"},
    {"not-utf8", "X-Site", "\xff", NULL, "not UTF-8"},
};

static void test_further(gconstpointer data)
{
    gsize i = GPOINTER_TO_SIZE(data);
    g_autoptr(GString) out = g_string_new(NULL);
    g_autoptr(GError) error = NULL;
    gboolean done = mg_header_append_further(out, further[i].name, further[i].value, &error);

    g_assert_cmpint(done, ==, further[i].line != NULL);
    g_assert_cmpstr(out->str, ==, done ? further[i].line : "");
    if (done)
        return;
    g_assert_error(error, MG_ERROR, MG_ERROR_GROUP);
    g_assert_nonnull(strstr(error->message, further[i].message));
}

static void test_further_limit(void)
{
    g_autofree gchar *value = g_strnfill(901, 'x');
    g_autoptr(GString) out = g_string_new(NULL);

    g_assert_false(mg_header_append_further(out, "X-Site", value, NULL));
    value[900] = '\0';
    g_assert_true(mg_header_append_further(out, "X-Site", value, NULL));
}

static void test_date(void)
{
    static const struct {
        gint64 seconds;
        const gchar *line;
    } dates[] = {
        {1795143845, "Date: Fri, 20 Nov 2026 04:04:05 +0100\r\n"},
        {1783382400, "Date: Tue, 07 Jul 2026 02:00:00 +0200\r\n"},
        {0, "Date: Thu, 01 Jan 1970 01:00:00 +0100\r\n"},
        {-86400, "Date: Wed, 31 Dec 1969 01:00:00 +0100\r\n"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(dates); i++) {
        g_autoptr(GString) out = g_string_new(NULL);
        mg_header_append_date(out, dates[i].seconds * G_USEC_PER_SEC + 999999);
        g_assert_cmpstr(out->str, ==, dates[i].line);
    }
}

#define ADD_ALL(prefix, table, field, test)                                                        \
    for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {                                              \
        g_autofree gchar *path = g_strconcat(prefix, table[i].field, NULL);                        \
        g_test_add_data_func(path, GSIZE_TO_POINTER(i), test);                                     \
    }

int main(int argc, char *argv[])
{
    g_setenv("TZ", "Europe/Berlin", TRUE);
    g_test_init(&argc, &argv, NULL);
    ADD_ALL("/header/text/", texts, name, test_text)
    ADD_ALL("/header/addresses/", addresses, name, test_addresses)
    ADD_ALL("/header/further/", further, title, test_further)
    g_test_add_func("/header/text-error", test_text_error);
    g_test_add_func("/header/long-text", test_long_text);
    g_test_add_func("/header/further-limit", test_further_limit);
    g_test_add_func("/header/date", test_date);
    return g_test_run();
}
