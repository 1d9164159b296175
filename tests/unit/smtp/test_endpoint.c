/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "smtp/endpoint.h"

#include "base/error.h"

#define PASSWORD_MISSING                                                                           \
    "smtp.username stands without a password\nHINT: set smtp.password or smtp.password_file"
#define IN_CLEAR(host)                                                                             \
    "smtp.tls \"never\" would send the login to '" host                                            \
    "' in clear\nHINT: set smtp.tls to \"required\" or \"implicit\""

static const struct {
    const gchar *name;
    const gchar *host;
    MgTls tls;
    const gchar *username;
    const gchar *password;
    const gchar *ca_file;
    const gchar *problem; /* NULL: none */
} cases[] = {
    {"plain", "localhost", MG_TLS_NEVER, NULL, NULL, NULL, NULL},
    {"address", "192.0.2.1", MG_TLS_NEVER, NULL, NULL, NULL, NULL},
    {"IPv6", "2001:db8::1", MG_TLS_NEVER, NULL, NULL, NULL, NULL},
    {"no host", NULL, MG_TLS_NEVER, NULL, NULL, NULL, "smtp.host none is no host name"},
    {"empty host", "", MG_TLS_NEVER, NULL, NULL, NULL, "smtp.host '' is no host name"},
    {"a path", "a/b", MG_TLS_NEVER, NULL, NULL, NULL, "smtp.host 'a/b' is no host name"},
    {"a user", "u@h", MG_TLS_NEVER, NULL, NULL, NULL, "smtp.host 'u@h' is no host name"},
    {"a line break", "a\nb", MG_TLS_NEVER, NULL, NULL, NULL, "smtp.host 'a\\x0ab' is no host name"},
    {"login, here", "localhost", MG_TLS_NEVER, "u", "p", NULL, NULL},
    {"login, 127.1.2.3", "127.1.2.3", MG_TLS_NEVER, "u", "p", NULL, NULL},
    {"login, ::1", "::1", MG_TLS_NEVER, "u", "p", NULL, NULL},
    {"login in clear", "mail.example", MG_TLS_NEVER, "u", "p", NULL, IN_CLEAR("mail.example")},
    {"login in clear, deceptive name", "localhost.example", MG_TLS_NEVER, "u", "p", NULL,
     IN_CLEAR("localhost.example")},
    {"login, opportunistic", "mail.example", MG_TLS_OPPORTUNISTIC, "u", "p", NULL, NULL},
    {"no password", "localhost", MG_TLS_NEVER, "u", NULL, NULL, PASSWORD_MISSING},
    {"no such authority", "localhost", MG_TLS_NEVER, NULL, NULL, "/nonexistent/ca.pem",
     "smtp.ca_file '/nonexistent/ca.pem' cannot be read: No such file or directory"},
};

/* Settings own their texts; here they borrow them. */
static MgSmtpSettings make_settings(gsize i)
{
    return (MgSmtpSettings){.host = (gchar *)cases[i].host,
                            .port = 25,
                            .tls = cases[i].tls,
                            .username = (gchar *)cases[i].username,
                            .password = (gchar *)cases[i].password,
                            .ca_file = (gchar *)cases[i].ca_file};
}

static void test_check(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        const MgSmtpSettings settings = make_settings(i);
        g_autoptr(GError) error = NULL;

        g_test_message("%s", cases[i].name);
        g_assert_cmpint(mg_endpoint_check(&settings, &error), ==, cases[i].problem == NULL);
        if (cases[i].problem == NULL)
            continue;
        g_assert_error(error, MG_ERROR, MG_ERROR_SETUP);
        g_assert_cmpstr(error->message, ==, cases[i].problem);
    }
}

static void test_url(void)
{
    const MgSmtpSettings plain = {.host = (gchar *)"mail.example", .port = 25};
    const MgSmtpSettings implicit = {
        .host = (gchar *)"2001:db8::1", .port = 465, .tls = MG_TLS_IMPLICIT};
    g_autofree gchar *one = mg_endpoint_url(&plain);
    g_autofree gchar *two = mg_endpoint_url(&implicit);

    g_assert_true(g_str_has_prefix(one, "smtp://mail.example:25/"));
    g_assert_true(g_str_has_prefix(two, "smtps://[2001:db8::1]:465/"));
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/endpoint/check", test_check);
    g_test_add_func("/endpoint/url", test_url);
    return g_test_run();
}
