/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "cli/common_options.h"

#include "base/error.h"
#include "config/configuration.h"

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

static GOptionContext *make_context(MgCommonOptions *options, const MgCommonSyntax *syntax)
{
    const GOptionEntry shared[] = {
        {"config", 'c', 0, G_OPTION_ARG_FILENAME, &options->config_file,
         "read FILE instead of " MG_CONFIGURATION_SYSTEM_FILE, "FILE"},
        {"verbose", 'v', G_OPTION_FLAG_NO_ARG, G_OPTION_ARG_CALLBACK, count_verbose,
         syntax->command != NULL ? "log more" : "log more; twice: show event ids when asking",
         NULL},
        {NULL},
    };
    const GOptionEntry json[] = {
        {"json", 0, 0, G_OPTION_ARG_NONE, &options->json, "print JSON, for programs", NULL},
        {NULL},
    };
    GOptionContext *context = g_option_context_new(syntax->arguments_text);
    GOptionGroup *group = g_option_group_new(PROGRAM, "", "", options, NULL);

    if (syntax->entries != NULL)
        g_option_group_add_entries(group, syntax->entries);
    if (syntax->has_json)
        g_option_group_add_entries(group, json);
    g_option_group_add_entries(group, shared);
    g_option_context_set_main_group(context, group);
    g_option_context_set_summary(context, syntax->summary);
    g_option_context_set_description(context, syntax->description);
    return context;
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
                     gchar **argv, GError **error)
{
    g_autoptr(GOptionContext) context = make_context(options, syntax);
    g_auto(GStrv) left = copy_arguments(syntax, argc, argv);
    guint first = 1;

    if (!g_option_context_parse_strv(context, &left, error))
        return NULL;
    if (left[first] != NULL && g_str_equal(left[first], "--"))
        first++;
    if (!check_arguments(syntax, left + first, error))
        return NULL;
    return g_strdupv(left + first);
}

gboolean mg_common_options_parse(MgCommonOptions *options, const MgCommonSyntax *syntax, gint argc,
                                 gchar **argv, gchar ***arguments, GError **error)
{
    g_autoptr(GError) failure = NULL;
    g_auto(GStrv) rest = NULL;

    *options = (MgCommonOptions){0};
    rest = parse(options, syntax, argc, argv, &failure);
    if (rest == NULL) {
        g_autofree gchar *name = name_of(syntax);

        g_set_error(error, MG_ERROR, MG_ERROR_SETUP, "%s\nHINT: see %s --help", failure->message,
                    name);
        return FALSE;
    }
    if (options->config_file == NULL)
        options->config_file = g_strdup(MG_CONFIGURATION_SYSTEM_FILE);
    if (arguments != NULL)
        *arguments = g_steal_pointer(&rest);
    return TRUE;
}

void mg_common_options_clear(MgCommonOptions *options)
{
    g_clear_pointer(&options->config_file, g_free);
}
