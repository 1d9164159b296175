/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "config/value_check.h"

#include "document/tree.h"

#include <string.h>

static const struct {
    const gchar *path;
    const gchar *json;
    const gchar *stored;    /* the field as text; NULL: a string that is not set */
    const gchar *complaint; /* NULL: none */
} cases[] = {
    {"smtp", "{}", NULL, NULL},
    {"smtp", "\"hush\"", NULL, "found (hidden) (a string), wanted an object"},
    {"database.event.name", "\"x y\"", "x y", NULL},
    {"database.event.name", "\"\"", NULL, NULL},
    {"database.event.name", "5", NULL, "found 5 (an integer), wanted a string"},
    {"database.event.name", "\"a\\u0000b\"", NULL,
     "found \"a\\x00b\" (a string), wanted a string: holds a NUL character"},
    {"smtp.username", "\"\"", NULL, "found \"\" (a string), wanted a string: must not be empty"},
    {"smtp.password", "\"hush\"", "hush", NULL},
    {"smtp.password", "12345", NULL, "found (hidden) (an integer), wanted a string"},
    {"smtp.password", "\"hu\\u0000sh\"", NULL,
     "found (hidden) (a string), wanted a string: holds a NUL character"},
    {"smtp.password", "[\"hush\"]", NULL, "found a list, wanted a string"},
    {"smtp.password_file", "true", NULL, "found true (a boolean), wanted the path of a file"},
    {"smtp.password_file", "\"/nonexistent\"", NULL, "'/nonexistent' cannot be read: No such file"},
    {"openpgp.always_sign", "true", "1", NULL},
    {"openpgp.always_sign", "false", "0", NULL},
    {"openpgp.always_sign", "1", "0", "found 1 (an integer), wanted a boolean, true or false"},
    {"openpgp.always_sign", "\"true\"", "0", "found \"true\" (a string), wanted a boolean"},
    {"smtp.timeout", "1", "1", NULL},
    {"smtp.timeout", "3600", "3600", NULL},
    {"smtp.timeout", "0", "0", "found 0 (an integer), wanted an integer from 1 to 3600"},
    {"smtp.timeout", "3601", "0", "found 3601 (an integer), wanted an integer from 1 to 3600"},
    {"smtp.timeout", "-1", "0", "found -1 (an integer)"},
    {"smtp.timeout", "4294967297", "0", "found 4294967297 (an integer)"},
    {"smtp.timeout", "99999999999999999999999", "0", "found 99999999999999999999999 (an integer)"},
    {"smtp.timeout", "60.0", "0", "found 60.0 (a number), wanted an integer from 1 to 3600"},
    {"smtp.timeout", "6e1", "0", "found 6e1 (a number)"},
    {"smtp.timeout", "\"60\"", "0", "found \"60\" (a string)"},
    {"smtp.port", "25", "25", NULL},
    {"smtp.port", "\"65535\"", "65535", NULL},
    {"smtp.port", "\"25x\"", "0", "found \"25x\" (a string), wanted an integer from 1 to 65535"},
    {"smtp.port", "\" 25\"", "0", "found \" 25\" (a string)"},
    {"smtp.port", "\"+25\"", "0", "found \"+25\" (a string)"},
    {"smtp.port", "\"\"", "0", "must not be empty"},
    {"smtp.port", "0", "0", "found 0 (an integer)"},
    {"smtp.port", "65536", "0", "found 65536 (an integer)"},
    {"smtp.port", "25.0", "0", "found 25.0 (a number)"},
    {"database.event.port", "\"5432\"", "5432", NULL},
    {"database.event.port", "\"\"", "0", NULL},
    {"smtp.tls", "\"implicit\"", "3", NULL},
    {"smtp.tls", "\"IMPLICIT\"", "0",
     "wanted one of \"never\", \"opportunistic\", \"required\", \"implicit\""},
    {"smtp.tls", "false", "0", "found false (a boolean), wanted one of"},
    {"logging_level", "\"debug\"", "10", NULL},
    {"logging_level", "\"WARN\"", "30", NULL},
    {"logging_level", "\"LOUD\"", "0", "found \"LOUD\" (a string), wanted one of \"DEBUG\""},
    {"smtp.host", "\"mail.example\"", "mail.example", NULL},
    {"smtp.host", "\"2001:db8::1\"", "2001:db8::1", NULL},
    {"smtp.host", "\"a@b\"", NULL, "wanted the name or address of a host"},
    {"smtp.host", "\"a/b\"", NULL, "wanted the name or address of a host"},
    {"smtp.host", "\"a\\r\\nb\"", NULL, "found \"a\\x0d\\x0ab\" (a string)"},
    {"template_dir", "\"/\"", "/", NULL},
    {"template_dir", "\"/dev/null\"", NULL, "wanted the path of a readable directory: Not a dir"},
    {"template_dir", "\"/nonexistent\"", NULL, "readable directory: No such file or directory"},
    {"smtp.ca_file", "\"/dev/null\"", "/dev/null", NULL},
    {"smtp.ca_file", "\"/\"", NULL, "wanted the path of a readable file: Is a directory"},
    {"sender", "\"CERT <a@cert.example>\"", "CERT <a@cert.example>", NULL},
    {"sender", "\"CERT\"", NULL, "an address has the form local@domain"},
    {"sender", "\"@x\"", NULL, "an address has the form local@domain"},
    {"sender", "\"x@\"", NULL, "an address has the form local@domain"},
    {"sender", "\"a@x\\nBcc: b@y\"", NULL, "holds a line break"},
    {"envelope_from", "\"bounce@cert.example\"", "bounce@cert.example", NULL},
    {"envelope_from", "\"CERT <a@cert.example>\"", NULL, "holds more than a bare address"},
    {"safety.redirect_to", "\"a@x,b@y\"", NULL, "holds more than a bare address"},
    {"safety.allow_recipients", "[\"*@a.example\", \"b@c\"]", "*@a.example|b@c", NULL},
    {"safety.allow_recipients", "[]", "", NULL},
    {"safety.allow_recipients", "\"*\"", NULL, "found \"*\" (a string), wanted a list of strings"},
    {"safety.allow_recipients", "[\"a\", 5]", NULL, "found 5 (an integer), wanted a list"},
    {"safety.allow_recipients", "[\"\"]", NULL, "must not be empty"},
    {"safety.max_mails_per_run", "0", "0", NULL},
    {"safety.max_mails_per_run", "1000000000", "1000000000", NULL},
    {"headers", "[]", NULL, "found a list, wanted an object of header names"},
    {"xarf_reportdomain", "5", NULL, "found 5 (an integer), wanted a string"},
};

static gchar *field_as_text(const MgSettings *settings, const MgKnownKey *key)
{
    const gchar *field = (const gchar *)settings + key->offset;

    if (key->offset < 0)
        return NULL;
    switch (key->kind) {
    case MG_KEY_BOOLEAN:
    case MG_KEY_INTEGER:
    case MG_KEY_PORT:
    case MG_KEY_CHOICE:
    case MG_KEY_LEVEL:
        return g_strdup_printf("%u", *(const guint *)(gconstpointer)field);
    case MG_KEY_PATTERNS:
        if (settings->safety.allow_recipients == NULL)
            return NULL;
        return g_strjoinv("|", settings->safety.allow_recipients);
    case MG_KEY_HEADERS:
        return NULL;
    default:
        return g_strdup(*(gchar *const *)(gconstpointer)field);
    }
}

static void test_cases(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        const MgKnownKey *key = mg_known_keys_find(cases[i].path);
        g_autoptr(MgComplaints) complaints = mg_complaints_new("f");
        g_autoptr(MgTree) tree =
            mg_tree_read(MG_DIALECT_JSON, cases[i].json, strlen(cases[i].json), complaints);
        g_autoptr(MgSettings) settings = mg_settings_new();
        g_autoptr(MgProblems) problems = mg_problems_new();
        g_autofree gchar *stored = NULL;

        g_test_message("%s: %s", cases[i].path, cases[i].json);
        mg_value_check(tree->root, key, settings, problems);
        stored = field_as_text(settings, key);
        g_assert_cmpstr(stored, ==, cases[i].stored);
        g_assert_cmpuint(problems->errors->len, ==, cases[i].complaint == NULL ? 0 : 1);
        if (cases[i].complaint == NULL)
            continue;
        g_test_message("%s", (gchar *)problems->errors->pdata[0]);
        g_assert_nonnull(strstr(problems->errors->pdata[0], cases[i].complaint));
        g_assert_null(strstr(problems->errors->pdata[0], "hush"));
    }
}

static const struct {
    const gchar *path;
    const gchar *stored;
} fall_back_cases[] = {
    {"logging_level", "20"},           {"smtp.timeout", "300"}, {"instances", "0"},
    {"smtp.host", "localhost"},        {"smtp.port", "0"},      {"sender", NULL},
    {"safety.max_mails_per_run", "0"}, {"log.format", "0"},
};

static void test_fall_back(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(fall_back_cases); i++) {
        const MgKnownKey *key = mg_known_keys_find(fall_back_cases[i].path);
        g_autoptr(MgSettings) settings = mg_settings_new();
        g_autofree gchar *stored = NULL;

        mg_value_check_fall_back(key, settings);
        stored = field_as_text(settings, key);
        g_assert_cmpstr(stored, ==, fall_back_cases[i].stored);
    }
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/value-check/cases", test_cases);
    g_test_add_func("/value-check/fall-back", test_fall_back);
    return g_test_run();
}
