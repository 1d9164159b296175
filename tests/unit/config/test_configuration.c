/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "config/configuration.h"

#include "base/error.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const gchar complete[] =
    "{\n"
    "  \"openpgp\": {\"gnupg_home\": \"/\", \"always_sign\": true, \"signing_key\": \"5F50\"},\n"
    "  \"database\": {\"event\": {\"name\": \"intelmq-events\", \"username\": "
    "\"intelmq_mailgen\",\n"
    "                         \"password\": \"hush\", \"host\": \"localhost\", \"port\": 5432},\n"
    "               \"additional_directive_where\": \"\"},\n"
    "  \"template_dir\": \"/\",\n"
    "  \"script_directory\": \"/\",\n"
    "  \"sender\": \"noreply@example.com\",\n"
    "  \"smtp\": {\"host\": \"localhost\", \"port\": 25},\n"
    "  \"logging_level\": \"INFO\",\n"
    "  \"xarf_schemacache\": \"/var/cache/x\", \"xarf_reportdomain\": \"example.com\"\n"
    "}\n";

typedef struct {
    gchar *directory;
    gchar *system_file;
    gchar *user_file;
} Files;

static void set_up(Files *files, gconstpointer data)
{
    files->directory = g_dir_make_tmp("configuration-XXXXXX", NULL);
    files->system_file = g_build_filename(files->directory, "system", NULL);
    files->user_file = g_build_filename(files->directory, "user", NULL);
}

static void tear_down(Files *files, gconstpointer data)
{
    g_unlink(files->system_file);
    g_unlink(files->user_file);
    g_assert_cmpint(g_rmdir(files->directory), ==, 0);
    g_free(files->directory);
    g_free(files->system_file);
    g_free(files->user_file);
}

static void write_file(const gchar *filename, const gchar *text)
{
    g_assert_true(g_file_set_contents(filename, text, -1, NULL));
}

/* The message of a load that must fail, with the name of the directory taken out. */
static gchar *load_error(const Files *files)
{
    g_autoptr(GError) error = NULL;
    g_autofree gchar *prefix = g_strconcat(files->directory, "/", NULL);
    g_auto(GStrv) parts = NULL;

    g_assert_null(mg_configuration_load(files->system_file, files->user_file, &error));
    g_assert_error(error, MG_ERROR, MG_ERROR_SETUP);
    g_assert_null(strstr(error->message, "hush"));
    parts = g_strsplit(error->message, prefix, -1);
    return g_strjoinv("", parts);
}

static void test_complete(Files *files, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(MgSettings) settings = NULL;

    write_file(files->system_file, complete);
    settings = mg_configuration_load(files->system_file, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(settings->database.name, ==, "intelmq-events");
    g_assert_cmpstr(settings->database.username, ==, "intelmq_mailgen");
    g_assert_cmpstr(settings->database.password, ==, "hush");
    g_assert_cmpstr(settings->database.host, ==, "localhost");
    g_assert_cmpuint(settings->database.port, ==, 5432);
    g_assert_null(settings->database.additional_directive_where);
    g_assert_cmpstr(settings->smtp.host, ==, "localhost");
    g_assert_cmpuint(settings->smtp.port, ==, 25);
    g_assert_cmpint(settings->smtp.tls, ==, MG_TLS_NEVER);
    g_assert_cmpuint(settings->smtp.timeout, ==, 300);
    g_assert_null(settings->smtp.username);
    g_assert_true(settings->openpgp.always_sign);
    g_assert_cmpstr(settings->openpgp.gnupg_home, ==, "/");
    g_assert_cmpstr(settings->openpgp.signing_key, ==, "5F50");
    g_assert_cmpstr(settings->sender, ==, "noreply@example.com");
    g_assert_cmpint(settings->logging_level, ==, MG_LOG_INFO);
    g_assert_cmpint(settings->instances, ==, MG_INSTANCES_EXCLUSIVE);
    g_assert_cmpint(settings->uncertain_deliveries, ==, MG_UNCERTAIN_RESEND);
    g_assert_null(settings->safety.allow_recipients);
    g_assert_cmpint(settings->log.target, ==, MG_LOG_TARGET_STDERR);
    g_assert_cmpuint(mg_pairs_count(settings->headers), ==, 0);
    g_assert_cmpuint(g_strv_length(settings->warnings), ==, 0);
    g_assert_true(g_str_has_prefix(settings->merged_json, "{\"openpgp\": {\"gnupg_home\": \"/\""));
}

static void test_user_wins(Files *files, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(MgSettings) settings = NULL;

    write_file(files->system_file, complete);
    write_file(files->user_file,
               "{\"smtp\": {\"port\": \"2525\"}, \"sender\": \"x@example.com\",\n"
               " \"openpgp\": {\"always_sign\": false}, \"mine\": [1.50, 12345678901234567890]}");
    settings = mg_configuration_load(files->system_file, files->user_file, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(settings->smtp.port, ==, 2525);
    g_assert_cmpstr(settings->smtp.host, ==, "localhost");
    g_assert_cmpstr(settings->sender, ==, "x@example.com");
    g_assert_false(settings->openpgp.always_sign);
    g_assert_cmpstr(settings->openpgp.signing_key, ==, "5F50");
    g_assert_nonnull(strstr(settings->merged_json, "\"mine\": [1.50, 12345678901234567890]"));
}

static void test_all_mistakes_at_once(Files *files, gconstpointer data)
{
    g_autofree gchar *message = NULL;

    write_file(files->system_file, "{\n"
                                   "  \"smtp\": {\"port\": \"25x\", \"host\": 5},\n"
                                   "  \"template_dir\": \"/nonexistent\",\n"
                                   "  \"database\": {\"event\": {\"password\": 77}}\n"
                                   "}\n");
    write_file(files->user_file, "{\"openpgp\": {\"always_sign\": \"yes\"},\n"
                                 " \"smtp\": {\"host\": \"a b\"}, \"script_directory\": null}");
    message = load_error(files);
    g_assert_cmpstr(
        message, ==,
        "user:1:29: key 'openpgp.always_sign': found \"yes\" (a string), wanted a boolean, true or "
        "false\n"
        "user:1:2: key 'openpgp.gnupg_home': missing, wanted a string\n"
        "user:1:2: key 'openpgp.signing_key': missing, wanted a string\n"
        "system:4:38: key 'database.event.password': found (hidden) (an integer), wanted a string\n"
        "system:3:19: key 'template_dir': found \"/nonexistent\" (a string), wanted the path of a "
        "readable directory: No such file or directory\n"
        "user:2:47: key 'script_directory': found null, wanted the path of a readable directory\n"
        "system, user: key 'sender': missing, wanted a mail address, with or without a name before "
        "it\n"
        "user:2:19: key 'smtp.host': found \"a b\" (a string), wanted the name or address of a "
        "host\n"
        "system:2:20: key 'smtp.port': found \"25x\" (a string), wanted an integer from 1 to "
        "65535");
}

static void test_missing_object_once(Files *files, gconstpointer data)
{
    g_autofree gchar *message = NULL;

    write_file(files->user_file, "{\"template_dir\": \"/\", \"script_directory\": \"/\", "
                                 "\"sender\": \"a@b\", \"database\": []}");
    message = load_error(files);
    g_assert_cmpstr(message, ==,
                    "user: key 'openpgp': missing, wanted an object\n"
                    "user:1:65: key 'database': found a list, wanted an object");
}

static void test_unknown_keys(Files *files, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(MgSettings) settings = NULL;
    g_autofree gchar *warnings = NULL;
    g_autofree gchar *message = NULL;

    write_file(files->system_file, complete);
    write_file(files->user_file,
               "{\"smtp\": {\"prot\": 5}, \"database\": {\"contact\": {}}, \"logs\": 1,\n"
               " \"worker\": 3, \"senders\": [], \"my.own\": {\"any\": 1}}");
    settings = mg_configuration_load(files->system_file, files->user_file, &error);
    g_assert_no_error(error);
    warnings = g_strjoinv("\n", settings->warnings);
    g_assert_nonnull(strstr(warnings,
                            "user:1:19: key 'smtp.prot': not known here, ignored; did you mean "
                            "'smtp.port'?"));
    g_assert_nonnull(
        strstr(warnings, "user:1:36: key 'database.contact': not known here, ignored"));
    g_assert_nonnull(strstr(warnings,
                            "user:2:12: key 'worker': not known here, ignored; did you mean "
                            "'workers'?"));
    g_assert_cmpuint(g_strv_length(settings->warnings), ==, 3);

    write_file(
        files->user_file,
        "{\"openpgp\": {\"a\": 1}, \"safety\": {\"redirct_to\": 1}, \"log\": {\"tls\\u0000\": 1,\n"
        " \"target\\u0000\": 1}, \"saftey\": 1, \"safety.redirect_to\": 1}");
    message = load_error(files);
    g_assert_cmpstr(
        message, ==,
        "user:1:19: key 'openpgp.a': not known here\n"
        "user:1:48: key 'safety.redirct_to': not known here; did you mean 'safety.redirect_to'?\n"
        "user:1:73: key 'log.tls': not known here\n"
        "user:2:18: key 'log.target': not known here\n"
        "user:2:57: key 'safety.redirect_to': found at the top, wanted in the object before its "
        "last point");
}

static void test_misspelt_brake(Files *files, gconstpointer data)
{
    g_autofree gchar *message = NULL;

    write_file(files->system_file, complete);
    write_file(files->user_file, "{\"saftey\": {\"redirect_to\": \"a@b\"}}");
    message = load_error(files);
    g_assert_cmpstr(message, ==, "user:1:2: key 'saftey': not known here; did you mean 'safety'?");
}

static void test_not_json(Files *files, gconstpointer data)
{
    g_autofree gchar *message = NULL;

    write_file(files->system_file, "{\"smtp\": {\"port\": 25,}}");
    write_file(files->user_file, "[1]");
    message = load_error(files);
    g_assert_cmpstr(
        message, ==,
        "system:1:21: not valid JSON: JSON disallows trailing comma before closing brace\n"
        "user:1:1: found a list, wanted an object that holds the settings");
}

static void test_no_files(Files *files, gconstpointer data)
{
    g_autofree gchar *message = load_error(files);
    g_autoptr(GError) error = NULL;

    g_assert_cmpstr(message, ==, "no configuration file: there is neither system nor user");
    g_assert_null(mg_configuration_load(NULL, NULL, &error));
    g_assert_error(error, MG_ERROR, MG_ERROR_SETUP);
}

static void test_unreadable_is_not_passed_over(Files *files, gconstpointer data)
{
    g_autoptr(GError) error = NULL;

    write_file(files->system_file, complete);
    g_assert_null(mg_configuration_load(files->system_file, files->directory, &error));
    g_assert_error(error, MG_ERROR, MG_ERROR_SETUP);
    g_assert_true(g_str_has_prefix(error->message, files->directory));
    g_assert_nonnull(strstr(error->message, "cannot be read"));
}

static void test_password_files(Files *files, gconstpointer data)
{
    g_autofree gchar *secret_file = g_build_filename(files->directory, "secret", NULL);
    g_autofree gchar *text = NULL;
    g_autoptr(GError) error = NULL;
    g_autoptr(MgSettings) settings = NULL;
    g_autofree gchar *message = NULL;

    write_file(secret_file, "from file\n");
    g_assert_cmpint(g_chmod(secret_file, 0644), ==, 0);
    write_file(files->system_file, complete);
    text = g_strdup_printf("{\"smtp\": {\"username\": \"u\", \"password_file\": \"%s\"}}",
                           secret_file);
    write_file(files->user_file, text);
    settings = mg_configuration_load(files->system_file, files->user_file, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(settings->smtp.password, ==, "from file");
    g_assert_cmpuint(g_strv_length(settings->warnings), ==, 1);
    g_assert_nonnull(strstr(settings->warnings[0], "every user of this machine can read"));
    g_assert_null(strstr(settings->merged_json, "from file"));

    g_free(text);
    text = g_strdup_printf(
        "{\"database\": {\"event\": {\"password\": \"hush\", \"password_file\": \"%s\"}}}",
        secret_file);
    write_file(files->user_file, text);
    message = load_error(files);
    g_assert_cmpstr(message, ==,
                    "user:1:62: key 'database.event.password_file': found beside key "
                    "'database.event.password', wanted only one of them");
    g_unlink(secret_file);
}

static void test_read(Files *files, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autofree gchar *merged = NULL;

    write_file(files->system_file, "{\"o\": {\"a\": 1}}");
    write_file(files->user_file, "{\"o\": {\"b\": \"ä\"}}");
    merged = mg_configuration_read(files->system_file, files->user_file, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(merged, ==, "{\"o\": {\"a\": 1, \"b\": \"ä\"}}");
    g_assert_null(mg_configuration_read("/nonexistent", NULL, &error));
    g_assert_error(error, MG_ERROR, MG_ERROR_SETUP);
}

/* Its directories are those of a site, not of this machine. */
static void test_example(void)
{
    g_autofree gchar *filename = g_build_filename(g_getenv("G_TEST_SRCDIR"), "..", "..",
                                                  "intelmq-mailgen.conf.example", NULL);
    g_autofree gchar *text = NULL;
    g_autoptr(GError) error = NULL;
    g_autoptr(MgSettings) settings = NULL;
    g_auto(GStrv) parts = NULL;
    MgConfigurationText example = {"example", NULL, 0};

    g_assert_true(g_file_get_contents(filename, &text, NULL, NULL));
    parts = g_regex_split_simple("\"/etc/intelmq/[^\"]*\"", text, 0, 0);
    g_assert_cmpuint(g_strv_length(parts), ==, 4);
    g_free(text);
    text = g_strjoinv("\"/\"", parts);
    example.text = text;
    example.length = strlen(text);
    settings = mg_configuration_load_texts(&example, 1, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(g_strv_length(settings->warnings), ==, 0);
}

static void test_user_file(void)
{
    g_autofree gchar *with_home = NULL;
    g_autofree gchar *without_home = NULL;
    g_autofree gchar *old_home = g_strdup(g_getenv("HOME"));

    g_setenv("HOME", "/home/x", TRUE);
    with_home = mg_configuration_user_file();
    g_assert_cmpstr(with_home, ==, "/home/x/.intelmq/intelmq-mailgen.conf");
    g_unsetenv("HOME");
    without_home = mg_configuration_user_file();
    if (without_home != NULL) /* an account may have no entry */
        g_assert_true(g_str_has_suffix(without_home, "/.intelmq/intelmq-mailgen.conf"));
    if (old_home != NULL)
        g_setenv("HOME", old_home, TRUE);
}

int main(int argc, char *argv[])
{
    static const struct {
        const gchar *name;
        void (*run)(Files *files, gconstpointer data);
    } tests[] = {
        {"complete", test_complete},
        {"user-wins", test_user_wins},
        {"all-mistakes-at-once", test_all_mistakes_at_once},
        {"missing-object-once", test_missing_object_once},
        {"unknown-keys", test_unknown_keys},
        {"misspelt-brake", test_misspelt_brake},
        {"not-json", test_not_json},
        {"no-files", test_no_files},
        {"unreadable-is-not-passed-over", test_unreadable_is_not_passed_over},
        {"password-files", test_password_files},
        {"read", test_read},
    };

    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(tests); i++) {
        g_autofree gchar *path = g_strconcat("/configuration/", tests[i].name, NULL);
        g_test_add(path, Files, NULL, set_up, tests[i].run, tear_down);
    }
    g_test_add_func("/configuration/example", test_example);
    g_test_add_func("/configuration/user-file", test_user_file);
    return g_test_run();
}
