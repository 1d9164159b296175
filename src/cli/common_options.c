/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "cli/common_options.h"

#include "base/error.h"
#include "cli/standard_streams.h"
#include "config/configuration.h"
#include "base/guess.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PROGRAM "intelmqcbmail"

static gboolean count_verbose(const gchar *name, const gchar *value, gpointer data, GError **error)
{
    ((MgCommonOptions *)data)->verbosity++;
    return TRUE;
}

static gchar *name_of(const MgCommonSyntax *syntax)
{
    return syntax->command != NULL ? g_strdup_printf(PROGRAM " %s", syntax->command)
                                   : g_strdup(PROGRAM);
}

/* Of the library's tables: names for "did you mean". */
static void add_names(GPtrArray *names, const GOptionEntry *entries)
{
    for (; entries != NULL && entries->long_name != NULL; entries++)
        g_ptr_array_add(names, (gpointer)entries->long_name);
}

/* Help is an option of our own: the library's exits without looking whether it could be printed,
 * and its "[OPTION…]" is unreadable where the locale is not UTF-8. `names` (element-type const
 * gchar *) receives those of all options. */
static GOptionContext *make_context(MgCommonOptions *options, const MgCommonSyntax *syntax,
                                    GPtrArray *names)
{
    const GOptionEntry shared[] = {
        {"config", 'c', 0, G_OPTION_ARG_FILENAME, &options->config_file,
         "read FILE instead of " MG_CONFIGURATION_SYSTEM_FILE, "FILE"},
        {"verbose", 'v', G_OPTION_FLAG_NO_ARG, G_OPTION_ARG_CALLBACK, count_verbose,
         syntax->command != NULL ? "log more" : "log more; twice: show event ids when asking",
         NULL},
        {"help", 'h', 0, G_OPTION_ARG_NONE, &options->wants_help, "show this and exit", NULL},
        {NULL},
    };
    const GOptionEntry json[] = {
        {"json", 0, 0, G_OPTION_ARG_NONE, &options->json,
         syntax->json_help != NULL ? syntax->json_help : "print JSON, for programs", NULL},
        {NULL},
    };
    GOptionContext *context = g_option_context_new(syntax->arguments_text);
    GOptionGroup *group = g_option_group_new(PROGRAM, "", "", options, NULL);

    if (syntax->entries != NULL)
        g_option_group_add_entries(group, syntax->entries);
    if (syntax->has_json)
        g_option_group_add_entries(group, json);
    g_option_group_add_entries(group, shared);
    add_names(names, syntax->entries);
    add_names(names, syntax->has_json ? json : NULL);
    add_names(names, shared);
    g_ptr_array_add(names, NULL);
    g_option_context_set_main_group(context, group);
    g_option_context_set_help_enabled(context, FALSE);
    g_option_context_set_summary(context, syntax->summary);
    return context;
}

static gchar *help_text(GOptionContext *context, const MgCommonSyntax *syntax)
{
    g_autofree gchar *made = g_option_context_get_help(context, TRUE, NULL);
    g_autoptr(GString) text = g_string_new(made);

    g_string_replace(text, "[OPTION…]", "[OPTION]...", 1);
    if (syntax->description != NULL)
        g_string_append_printf(text, "%s\n\n", syntax->description);
    g_string_append_printf(
        text, "Exit status:\n%s\nThe manual page " PROGRAM "(1) tells more: man " PROGRAM "\n",
        syntax->statuses != NULL ? syntax->statuses : MG_COMMON_OPTIONS_STATUSES);
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static void print_help_and_exit(GOptionContext *context, const MgCommonSyntax *syntax)
{
    g_autofree gchar *text = help_text(context, syntax);

    fputs(text, stdout);
    exit((int)mg_standard_streams_finish(stdout, MG_EXIT_OK));
}

/* --help shows GLib's name of the program, so the subcommand belongs into it. */
static gchar **copy_arguments(const MgCommonSyntax *syntax, gint argc, gchar **argv)
{
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    g_autofree gchar *name = name_of(syntax);

    g_set_prgname(name);
    g_strv_builder_add(builder, name);
    for (gint i = syntax->command != NULL ? 2 : 1; i < argc; i++)
        g_strv_builder_add(builder, argv[i]);
    return g_strv_builder_end(builder);
}

static gboolean check_arguments(const MgCommonSyntax *syntax, gchar **arguments, GError **error)
{
    guint n_arguments = g_strv_length(arguments);

    if (n_arguments > syntax->max_arguments) {
        g_autofree gchar *quoted = mg_error_quote(arguments[syntax->max_arguments]);

        g_set_error(error, MG_ERROR, MG_ERROR_SETUP, "unexpected argument %s", quoted);
        return FALSE;
    }
    if (n_arguments < syntax->min_arguments) {
        g_set_error(error, MG_ERROR, MG_ERROR_SETUP, "missing argument: %s",
                    syntax->arguments_text);
        return FALSE;
    }
    return TRUE;
}

static gchar **parse(MgCommonOptions *options, const MgCommonSyntax *syntax, gint argc,
                     gchar **argv, GPtrArray *names, GError **error)
{
    g_autoptr(GOptionContext) context = make_context(options, syntax, names);
    g_auto(GStrv) left = copy_arguments(syntax, argc, argv);
    guint first = 1;

    if (!g_option_context_parse_strv(context, &left, error))
        return NULL;
    if (options->wants_help)
        print_help_and_exit(context, syntax);
    if (left[first] != NULL && g_str_equal(left[first], "--"))
        first++;
    if (!check_arguments(syntax, left + first, error))
        return NULL;
    return g_strdupv(left + first);
}

/* The option that was meant by an unknown one; NULL where none is near. */
static const gchar *meant_option(const GError *failure, const GPtrArray *names)
{
    g_autofree gchar *typed = NULL;
    const gchar *at;

    if (!g_error_matches(failure, G_OPTION_ERROR, G_OPTION_ERROR_UNKNOWN_OPTION))
        return NULL;
    at = strstr(failure->message, "--");
    if (at == NULL)
        return NULL;
    typed = g_strndup(at + 2, strcspn(at + 2, "="));
    return mg_guess_nearest(typed, (const gchar *const *)names->pdata);
}

/* The library's messages begin with a capital. */
static void set_usage_error(GError **error, const MgCommonSyntax *syntax, const GError *failure,
                            const GPtrArray *names)
{
    g_autofree gchar *name = name_of(syntax);
    const gchar *meant = meant_option(failure, names);
    const gchar *message = failure->message;

    g_set_error(error, MG_ERROR, MG_ERROR_SETUP, "%c%s\nHINT: %s%s%s %s --help",
                g_ascii_tolower(message[0]), message[0] != '\0' ? message + 1 : "",
                meant != NULL ? "did you mean --" : "", meant != NULL ? meant : "",
                meant != NULL ? "? See" : "see", name);
}

gboolean mg_common_options_parse(MgCommonOptions *options, const MgCommonSyntax *syntax, gint argc,
                                 gchar **argv, gchar ***arguments, GError **error)
{
    g_autoptr(GError) failure = NULL;
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    g_auto(GStrv) rest = NULL;

    *options = (MgCommonOptions){0};
    rest = parse(options, syntax, argc, argv, names, &failure);
    if (rest == NULL) {
        set_usage_error(error, syntax, failure, names);
        return FALSE;
    }
    if (options->config_file == NULL)
        options->config_file = g_strdup(MG_CONFIGURATION_SYSTEM_FILE);
    if (arguments != NULL)
        *arguments = g_steal_pointer(&rest);
    return TRUE;
}

gboolean mg_common_options_number(const gchar *option, const gchar *text, gint *number,
                                  GError **error)
{
    g_autofree gchar *quoted = NULL;
    guint64 value;

    if (text == NULL)
        return TRUE;
    if (g_ascii_string_to_unsigned(text, 10, 1, G_MAXINT, &value, NULL)) {
        *number = (gint)value;
        return TRUE;
    }
    quoted = mg_error_quote(text);
    g_set_error(error, MG_ERROR, MG_ERROR_SETUP, "option %s: found %s, wanted a number from 1 on",
                option, quoted);
    return FALSE;
}

void mg_common_options_clear(MgCommonOptions *options)
{
    g_clear_pointer(&options->config_file, g_free);
}
