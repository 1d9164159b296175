/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "mime/address.h"

#include "base/error.h"

static const struct {
    const gchar *name;
    const gchar *text;
    const gchar *addresses; /* joined with "|"; NULL: an error that says ... */
    const gchar *message;
} lists[] = {
    {"plain", "a@b.example", "a@b.example", NULL},
    {"host-alone", "root@localhost", "root@localhost", NULL},
    {"brackets", " < not@trimmed >", NULL, "not an address"},
    {"bracketed", "<a@b.example>", "a@b.example", NULL},
    {"named", "CERT Team <a@b.example>", "a@b.example", NULL},
    {"named-dots", "CERT e.V. <a@b.example>", "a@b.example", NULL},
    {"named-quoted", "\"CERT, \\\"x\\\" <c@d>\" <a@b.example>", "a@b.example", NULL},
    {"named-umlaut", "Größe <a@b.example>", "a@b.example", NULL},
    {"comment", "a@b.example (c@d.example, (x) \\) y)", "a@b.example", NULL},
    {"comment-in-name", "CERT (DE) <a@b.example>", "a@b.example", NULL},
    {"several", "a@b.example, C <c@d.example>,\te@f.example", "a@b.example|c@d.example|e@f.example",
     NULL},
    {"old-dots", "a..b.@c.example", "a..b.@c.example", NULL},
    {"quoted-local", "\"a.b\"@c.example", "\"a.b\"@c.example", NULL},
    {"usual-label-64",
     "a@"
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example",
     NULL, "not a domain behind the '@'"},
    {"usual-hyphen-last", "a@b-.example", NULL, "not a domain behind the '@'"},
    {"usual-dots", "..a.@b.example", "..a.@b.example", NULL},
    {"usual-dot-last", "a@b.example.", NULL, "not a domain behind the '@'"},
    {"usual-two-at", "a@b@c.example", NULL, "not an address"},
    {"quoted-space", "\"a b\"@c.example", "\"a b\"@c.example", NULL},
    {"quoted-at", "\"a@b\"@c.example", "\"a@b\"@c.example", NULL},
    {"quoted-comma", "\"a, b\"@c.example", "\"a, b\"@c.example", NULL},
    {"quoted-brackets", "X <\"<a>\"@c.example>", "\"<a>\"@c.example", NULL},
    {"quoted-backslash", "\"a\\\\\\\"b\"@c.example", "\"a\\\\\\\"b\"@c.example", NULL},
    {"atext", "!#$%&'*+-/=?^_`{|}~1@c.example", "!#$%&'*+-/=?^_`{|}~1@c.example", NULL},
    {"literal", "a@[192.0.2.1], b@[IPv6:2001:db8::1]", "a@[192.0.2.1]|b@[IPv6:2001:db8::1]", NULL},
    {"underscore", "a@my_host.example", "a@my_host.example", NULL},
    {"idn", "a@Bücher.example", "a@xn--bcher-kva.example", NULL},
    {"idn-sharp-s", "a@Bücherstraße.example", "a@xn--bcherstrae-e4a35a.example", NULL},
    {"idn-final-sigma", "a@Βόλος.example", "a@xn--nxasmm1c.example", NULL},
    {"idn-joiner", "a@\u0dc1\u0dca\u200d\u0dbb\u0dd3.example", "a@xn--10cl1a0b660p.example", NULL},
    {"idn-non-joiner", "a@\u0646\u0627\u0645\u0647\u200c\u0627\u06cc.example",
     "a@xn--mgba3gch31f060k.example", NULL},
    {"empty", "", NULL, "recipient '': empty"},
    {"blank", " \t", NULL, "empty"},
    {"no-at", "abuse", NULL, "recipient 'abuse': no '@'"},
    {"no-at-named", "abuse <isp.example>", NULL, "no '@'"},
    {"no-local", "@b.example", NULL, "not an address"},
    {"no-domain", "a@", NULL, "recipient 'a@': not an address"},
    {"two-ats", "a@b@c.example", NULL, "not an address"},
    {"crlf", "a@b\r\nRCPT TO:<c@d>", NULL, "recipient 'a@b\\x0d\\x0aRCPT TO:<c@d>': line break"},
    {"lf", "a@b\nBcc: c@d", NULL, "line break"},
    {"escape", "a\033@b", NULL, "control character"},
    {"delete", "a@b\x7f", NULL, "control character"},
    {"space-inside", "a b@c.example", NULL, "not an address"},
    {"space-before-at", "a @c.example", NULL, "not an address"},
    {"space-after-at", "a@ c.example", NULL, "not an address"},
    {"text-behind", "a@b.example c@d.example", NULL, "not an address"},
    {"bracket-behind", "a@b.example>", NULL, "not an address"},
    {"open-bracket", "X <a@b.example", NULL, "not an address"},
    {"two-brackets", "X <a@b.example> <c@d.example>", NULL, "not an address"},
    {"comma-in-brackets", "X <a@b.example,c@d.example>", NULL, "not an address"},
    {"comma-behind", "a@b.example,", NULL, "not an address from '' on"},
    {"two-commas", "a@b.example,,c@d.example", NULL, "not an address from ',c@d.example' on"},
    {"semicolon", "a@b.example; c@d.example", NULL, "not an address"},
    {"group", "list: a@b.example;", NULL, "not an address"},
    {"route", "<@relay.example:a@b.example>", NULL, "not an address"},
    {"open-quote", "\"X <a@b.example>", NULL, "not an address"},
    {"open-comment", "a@b.example (x", NULL, "not an address"},
    {"open-comment-escape", "a@b.example (\\", NULL, "not an address"},
    {"quoted-empty", "\"\"@c.example", NULL, "not an address"},
    {"quoted-not-ascii", "\"ä\"@c.example", NULL, "not an address"},
    {"quoted-and-more", "\"a\"b@c.example", NULL, "not an address"},
    {"quoted-twice", "\"a\".\"b\"@c.example", NULL, "not an address"},
    {"quoted-open-escape", "\"a\\\"@c.example", NULL, "not an address"},
    {"empty-label", "a@b..example", NULL, "not a domain"},
    {"final-dot", "a@b.example.", NULL, "not a domain"},
    {"hyphen-first", "a@-b.example", NULL, "not a domain"},
    {"long-label",
     "a@"
     "0123456789012345678901234567890123456789012345678901234567890123.example",
     NULL, "not a domain"},
    {"bad-literal", "a@[x]", NULL, "not an address"},
    {"open-literal", "a@[192.0.2.1", NULL, "not an address"},
    {"long-comment", "a@b.example (((((((((((((((x)", NULL, "not an address"},
    {"umlaut-local", "jürgen@b.example", NULL, "HINT: before the '@' ASCII only"},
    {"umlaut-local-first", "übel@b.example", NULL, "HINT: before the '@' ASCII only"},
    {"joiner-alone", "a@x\u200d.example", NULL, "HINT: write the domain as xn--…"},
    {"slash-by-nfkc", "a@b\xe2\x84\x80.example", NULL, "not a domain"},
    {"not-utf8", "a@b\xff.example", NULL, "not UTF-8"},
};

static void test_list(gconstpointer data)
{
    gsize i = GPOINTER_TO_SIZE(data);
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) addresses = mg_address_list(lists[i].text, &error);
    g_autofree gchar *joined = addresses != NULL ? g_strjoinv("|", addresses) : NULL;

    g_assert_cmpstr(joined, ==, lists[i].addresses);
    if (addresses != NULL)
        return;
    g_assert_error(error, MG_ERROR, MG_ERROR_GROUP);
    if (strstr(error->message, lists[i].message) == NULL)
        g_error("%s: %s", lists[i].text, error->message);
}

static void test_length(void)
{
    g_autofree gchar *local = g_strnfill(254 - strlen("@b.example"), 'a');
    g_autofree gchar *longest = g_strconcat(local, "@b.example", NULL);
    g_autofree gchar *longer = g_strconcat("a", longest, NULL);
    g_autoptr(GError) error = NULL;

    g_assert_true(mg_address_check(longest, NULL));
    g_assert_false(mg_address_check(longer, &error));
    g_assert_nonnull(strstr(error->message, "longer than 254 characters"));
}

static void test_of_sender(void)
{
    g_autofree gchar *address = mg_address_of_sender("CERT <a@b.example>", NULL);
    g_autoptr(GError) error = NULL;

    g_assert_cmpstr(address, ==, "a@b.example");
    g_assert_null(mg_address_of_sender("a@b.example, c@d.example", &error));
    g_assert_error(error, MG_ERROR, MG_ERROR_GROUP);
    g_assert_cmpstr(error->message, ==, "sender 'a@b.example, c@d.example': more than one address");
}

static void test_names(void)
{
    static const gchar *const names[][2] = {
        {"<a@b>", NULL},
        {"CERT  \t Team <a@b>", "CERT Team"},
        {"\"C, \\\"T\\\"\" e.V.<a@b>", "C, \"T\" e.V."},
        {"CERT (DE) <a@b> (x)", "CERT (DE) (x)"},
        {"\"  \" <a@b>", NULL},
        {"a@b (Name)", "(Name)"},
        {"=?utf-8?q?Zo=C3=AB?= X <a@b>", "Zoë X"},
        {"\"=?utf-8?b?w5w=?=\" <a@b>", "Ü"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GPtrArray) mailboxes = mg_address_parse("sender", names[i][0], &error);
        g_assert_no_error(error);
        g_assert_cmpuint(mailboxes->len, ==, 1);
        g_assert_cmpstr(((MgMailbox *)mailboxes->pdata[0])->name, ==, names[i][1]);
        g_assert_cmpstr(((MgMailbox *)mailboxes->pdata[0])->address, ==, "a@b");
    }
}

static void test_check(void)
{
    static const gchar *const good[] = {"a@b.example", "\"a\"@b", "a@[192.0.2.1]"};
    static const gchar *const bad[] = {
        "",        "a",      "a@b ",        " a@b",    "<a@b>",
        "a@b,c@d", "a@b>",   "a@b\r\nDATA", "N <a@b>", "a@bücher.example",
        "a\tb@c",  "a@b (x)"};

    for (gsize i = 0; i < G_N_ELEMENTS(good); i++)
        g_assert_true(mg_address_check(good[i], NULL));
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_false(mg_address_check(bad[i], &error));
        g_assert_error(error, MG_ERROR, MG_ERROR_GROUP);
        g_assert_null(strpbrk(error->message, "\r\n"));
    }
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(lists); i++) {
        g_autofree gchar *path = g_strconcat("/address/list/", lists[i].name, NULL);
        g_test_add_data_func(path, GSIZE_TO_POINTER(i), test_list);
    }
    g_test_add_func("/address/length", test_length);
    g_test_add_func("/address/of-sender", test_of_sender);
    g_test_add_func("/address/names", test_names);
    g_test_add_func("/address/check", test_check);
    return g_test_run();
}
