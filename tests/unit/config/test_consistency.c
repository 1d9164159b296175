/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "config/configuration.h"
#include "config/consistency.h"

#include <string.h>

/* A configuration in which only what the case adds is of interest. */
#define WITH(members)                                                                              \
    "{\"openpgp\": {\"always_sign\": false, \"gnupg_home\": null, \"signing_key\": null}, "        \
    "\"template_dir\": \"/\", \"script_directory\": \"/\", \"sender\": \"a@b\", " members "}"
#define WITH_OPENPGP(sign, home, key)                                                              \
    "{\"openpgp\": {\"always_sign\": " sign ", \"gnupg_home\": " home ", \"signing_key\": " key    \
    "}, \"template_dir\": \"/\", \"script_directory\": \"/\", \"sender\": \"a@b\"}"

static MgSettings *load(const gchar *text, GError **error)
{
    const MgConfigurationText texts[] = {{"f", text, strlen(text)}};

    return mg_configuration_load_texts(texts, 1, error);
}

static const struct {
    const gchar *smtp;
    MgTls tls;
    guint port;
} smtp_cases[] = {
    {"{}", MG_TLS_NEVER, 25},
    {"{\"host\": \"LocalHost\"}", MG_TLS_NEVER, 25},
    {"{\"host\": \"127.9.9.9\"}", MG_TLS_NEVER, 25},
    {"{\"host\": \"::1\"}", MG_TLS_NEVER, 25},
    {"{\"host\": \"0:0:0:0:0:0:0:1\"}", MG_TLS_NEVER, 25},
    {"{\"host\": \"128.0.0.1\"}", MG_TLS_OPPORTUNISTIC, 25},
    {"{\"host\": \"localhost.example\"}", MG_TLS_OPPORTUNISTIC, 25},
    {"{\"host\": \"127.0.0.1.example\"}", MG_TLS_OPPORTUNISTIC, 25},
    {"{\"host\": \"localhost\", \"tls\": \"opportunistic\"}", MG_TLS_OPPORTUNISTIC, 25},
    {"{\"host\": \"localhost\", \"tls\": null}", MG_TLS_NEVER, 25},
    {"{\"host\": \"m.example\", \"tls\": \"implicit\"}", MG_TLS_IMPLICIT, 465},
    {"{\"host\": \"m.example\", \"tls\": \"implicit\", \"port\": 25}", MG_TLS_IMPLICIT, 25},
    {"{\"host\": \"m.example\", \"tls\": \"required\"}", MG_TLS_REQUIRED, 25},
};

static void test_smtp_defaults(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(smtp_cases); i++) {
        g_autofree gchar *text = g_strdup_printf(WITH("\"smtp\": %s"), smtp_cases[i].smtp);
        g_autoptr(GError) error = NULL;
        g_autoptr(MgSettings) settings = load(text, &error);

        g_test_message("%s", smtp_cases[i].smtp);
        g_assert_no_error(error);
        g_assert_cmpint(settings->smtp.tls, ==, smtp_cases[i].tls);
        g_assert_cmpuint(settings->smtp.port, ==, smtp_cases[i].port);
    }
}

static const struct {
    const gchar *name;
    const gchar *text;
    const gchar *complaint; /* NULL: none */
} cases[] = {
    {"login-without-password", WITH("\"smtp\": {\"username\": \"u\"}"),
     "key 'smtp.username': found without 'smtp.password' or 'smtp.password_file'"},
    {"password-without-login", WITH("\"smtp\": {\"password\": \"hush\"}"),
     "key 'smtp.password': found without 'smtp.username'"},
    {"login-in-clear",
     WITH("\"smtp\": {\"host\": \"m.example\", \"tls\": \"never\", \"username\": \"u\", "
          "\"password\": \"hush\"}"),
     "key 'smtp.username': a login is never sent without TLS to another machine"},
    {"login-in-clear-on-this-machine",
     WITH("\"smtp\": {\"tls\": \"never\", \"username\": \"u\", \"password\": \"hush\"}"), NULL},
    {"login",
     WITH("\"smtp\": {\"host\": \"m.example\", \"username\": \"u\", \"password\": \"hush\"}"),
     NULL},
    {"log-file-missing", WITH("\"log\": {\"target\": \"file\"}"),
     "key 'log.target': found \"file\" without 'log.file'"},
    {"log-file", WITH("\"log\": {\"target\": \"file\", \"file\": \"/x\"}"), NULL},
    {"log-file-unused", WITH("\"log\": {\"file\": \"/x\"}"), NULL},
    {"unsigned-needs-no-home", WITH_OPENPGP("false", "\"/nonexistent\"", "\"\""), NULL},
    {"signed", WITH_OPENPGP("true", "\"/\"", "\"AB\""), NULL},
    {"signed-in-default-home", WITH_OPENPGP("true", "null", "\"AB\""), NULL},
    {"signed-without-key", WITH_OPENPGP("true", "\"/\"", "null"),
     "key 'openpgp.signing_key': found null, wanted a string: 'openpgp.always_sign' is true"},
    {"signed-with-empty-key", WITH_OPENPGP("true", "\"/\"", "\"\""),
     "key 'openpgp.signing_key': found \"\" (a string), wanted a string: 'openpgp.always_sign'"},
    {"signed-with-wrong-key", WITH_OPENPGP("true", "\"/\"", "5"),
     "key 'openpgp.signing_key': found 5 (an integer), wanted a string"},
    {"signed-without-home", WITH_OPENPGP("true", "\"/nonexistent\"", "\"AB\""),
     "key 'openpgp.gnupg_home': found \"/nonexistent\" (a string), wanted a string: No such file"},
};

static void test_cases(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(MgSettings) settings = load(cases[i].text, &error);

        g_test_message("%s", cases[i].name);
        if (cases[i].complaint == NULL) {
            g_assert_no_error(error);
            continue;
        }
        g_assert_null(settings);
        g_test_message("%s", error->message);
        g_assert_nonnull(strstr(error->message, cases[i].complaint));
        g_assert_null(strchr(error->message, '\n'));
        g_assert_null(strstr(error->message, "hush"));
    }
}

static void test_workers(void)
{
    g_autoptr(MgSettings) none = load(WITH("\"workers\": null"), NULL);
    g_autoptr(MgSettings) automatic =
        load(WITH("\"workers\": \"auto\", \"groups_in_hand\": \"auto\""), NULL);
    g_autoptr(MgSettings) some = load(WITH("\"workers\": 3, \"groups_in_hand\": 16"), NULL);
    g_autoptr(GError) error = NULL;

    g_assert_cmpuint(none->workers, ==, 0);
    g_assert_cmpuint(automatic->workers, ==, 0);
    g_assert_cmpuint(automatic->groups_in_hand, ==, 0);
    g_assert_cmpuint(some->workers, ==, 3);
    g_assert_cmpuint(some->groups_in_hand, ==, 16);
    g_assert_null(load(WITH("\"groups_in_hand\": 17"), &error));
    g_assert_nonnull(strstr(error->message, "\"auto\" or an integer from 1 to 16"));
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/consistency/smtp-defaults", test_smtp_defaults);
    g_test_add_func("/consistency/cases", test_cases);
    g_test_add_func("/consistency/workers", test_workers);
    return g_test_run();
}
