/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "cli/command_init.h"

#include "base/error.h"
#include "base/json_text.h"
#include "cli/common_options.h"
#include "cli/skeleton.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DIRECTORY_MODE 0750
#define FILE_MODE 0640
#define SECRET_MODE 0600

#define CONFIGURATION "intelmq-mailgen.conf"
#define PASSWORD "database-password"
#define TEMPLATES "templates"
#define FORMATS "formats"

static gboolean fail(GError **error, const gchar *path, const gchar *what)
{
    g_autofree gchar *quoted = mg_error_quote(path);

    g_set_error(error, MG_ERROR, MG_ERROR_SETUP, "%s %s", quoted, what);
    return FALSE;
}

static gboolean fail_errno(GError **error, const gchar *path)
{
    g_autofree gchar *what = g_strconcat("cannot be written: ", g_strerror(errno), NULL);

    return fail(error, path, what);
}

static gboolean make_directory(const gchar *path, GError **error)
{
    return mkdir(path, DIRECTORY_MODE) == 0 || fail_errno(error, path);
}

/* New, or empty: nothing of a site that works is overwritten. */
static gboolean open_directory(const gchar *path, GError **error)
{
    g_autoptr(GDir) directory = NULL;

    if (mkdir(path, DIRECTORY_MODE) == 0)
        return TRUE;
    if (errno != EEXIST)
        return fail_errno(error, path);
    directory = g_dir_open(path, 0, NULL);
    if (directory == NULL)
        return fail(error, path, "is no directory that can be read");
    return g_dir_read_name(directory) == NULL ||
           fail(error, path, "is not empty\nHINT: name a directory that is new or empty");
}

/* write() may take less than all. */
static gboolean write_all(gint file, const gchar *text)
{
    gsize left = strlen(text);

    while (left > 0) {
        gssize written = write(file, text, left);

        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return FALSE;
        text += written;
        left -= (gsize)written;
    }
    return TRUE;
}

static gboolean write_new(const gchar *directory, const gchar *name, mode_t mode, const gchar *text,
                          GError **error)
{
    g_autofree gchar *path = g_build_filename(directory, name, NULL);
    gint file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
    gboolean is_written;

    if (file < 0)
        return fail_errno(error, path);
    is_written = write_all(file, text);
    if (close(file) != 0 || !is_written)
        return fail_errno(error, path);
    return TRUE;
}

/* The path as a JSON string, in place of the mark. */
static void fill_in(GString *text, const gchar *mark, const gchar *directory, const gchar *name)
{
    g_autofree gchar *path = g_build_filename(directory, name, NULL);
    g_autoptr(GString) quoted = g_string_new(NULL);

    mg_json_text_append_string(quoted, path);
    g_string_replace(text, mark, quoted->str, 1);
}

static gchar *make_configuration(const gchar *directory)
{
    GString *text = g_string_new(configuration_json);

    fill_in(text, "@password_file@", directory, PASSWORD);
    fill_in(text, "@template_dir@", directory, TEMPLATES);
    fill_in(text, "@script_directory@", directory, FORMATS);
    return g_string_free(text, FALSE);
}

static gboolean write_skeleton(const gchar *directory, GError **error)
{
    g_autofree gchar *templates = g_build_filename(directory, TEMPLATES, NULL);
    g_autofree gchar *formats = g_build_filename(directory, FORMATS, NULL);
    g_autofree gchar *configuration = make_configuration(directory);

    return open_directory(directory, error) && make_directory(templates, error) &&
           make_directory(formats, error) &&
           write_new(directory, CONFIGURATION, FILE_MODE, configuration, error) &&
           write_new(directory, PASSWORD, SECRET_MODE, "the password of the database role\n",
                     error) &&
           write_new(directory, "test-directive.sql", FILE_MODE, directive_sql, error) &&
           write_new(templates, "example", FILE_MODE, template_txt, error) &&
           write_new(formats, "50-anything.yaml", FILE_MODE, format_yaml, error);
}

/* Names of directories are the operator's own, but a terminal obeys whom it is shown. */
static void tell(const gchar *directory)
{
    g_autofree gchar *shell = g_shell_quote(directory);
    g_autofree gchar *tame = mg_error_tame(shell);

    printf("Written, into %s:\n"
           "  " CONFIGURATION "      set database, sender and mail server\n"
           "  " PASSWORD "         put the password of the database role in\n"
           "  " FORMATS "/50-anything.yaml  one format, which answers for every directive\n"
           "  " TEMPLATES "/example         one template\n"
           "  test-directive.sql        one event with a directive, to try it\n"
           "Then:\n"
           "  intelmqcbmail check -c %s/" CONFIGURATION "\n",
           tame, tame);
}

MgExit mg_command_init(gint argc, gchar **argv)
{
    const MgCommonSyntax syntax = {
        .command = "init",
        .arguments_text = "DIR",
        .min_arguments = 1,
        .max_arguments = 1,
        .summary = "Writes a configuration, a format, a template and a test directive into DIR, "
                   "which is new\nor empty. The file that holds the password is readable by its "
                   "owner only.",
    };
    g_auto(MgCommonOptions) options;
    g_auto(GStrv) arguments = NULL;
    g_autofree gchar *directory = NULL;
    g_autoptr(GError) error = NULL;

    if (!mg_common_options_parse(&options, &syntax, argc, argv, &arguments, &error))
        return mg_exit_for_usage(error);
    directory = g_canonicalize_filename(arguments[0], NULL);
    if (!g_utf8_validate(directory, -1, NULL))
        fail(&error, directory, "is no name in UTF-8, which a configuration in JSON cannot hold");
    if (error != NULL || !write_skeleton(directory, &error))
        return mg_exit_for_usage(error);
    tell(directory);
    return MG_EXIT_OK;
}
