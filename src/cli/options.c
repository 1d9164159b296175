/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "cli/options.h"

#include "base/error.h"
#include "cli/command.h"

#define SYSTEM_FILE "/etc/intelmq/intelmq-mailgen.conf"
#define BATCH_SIZE_DEFAULT 10

static gboolean count_verbose(const gchar *name, const gchar *value, gpointer data, GError **error)
{
    ((MgOptions *)data)->verbosity++;
    return TRUE;
}

static gboolean parse(MgOptions *options, gint argc, gchar **argv, GError **error)
{
    const GOptionEntry entries[] = {
        {"all", 'a', 0, G_OPTION_ARG_NONE, &options->all, "send all, without questions", NULL},
        {"config", 'c', 0, G_OPTION_ARG_FILENAME, &options->config_file,
         "read FILE instead of " SYSTEM_FILE, "FILE"},
        {"dry-run", 'n', 0, G_OPTION_ARG_NONE, &options->dry_run,
         "do everything but send and record", NULL},
        {"batch-size", 'N', 0, G_OPTION_ARG_INT, &options->batch_size,
         "groups shown at once when asking (10)", "N"},
        {"verbose", 'v', G_OPTION_FLAG_NO_ARG, G_OPTION_ARG_CALLBACK, count_verbose,
         "log more; twice: show event ids when asking", NULL},
        {"version", 'V', 0, G_OPTION_ARG_NONE, &options->version, "show the version", NULL},
        {NULL},
    };
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_autofree gchar *commands = mg_command_list_text();
    GOptionGroup *group = g_option_group_new("intelmqcbmail", "", "", options, NULL);
    g_auto(GStrv) arguments = g_new0(gchar *, argc + 1);

    for (gint i = 0; i < argc; i++)
        arguments[i] = g_strdup(argv[i]);
    g_option_group_add_entries(group, entries);
    g_option_context_set_main_group(context, group);
    g_option_context_set_summary(context,
                                 "Sends the mails that IntelMQ's notification directives ask for.");
    g_option_context_set_description(context, commands);
    if (!g_option_context_parse_strv(context, &arguments, error))
        return FALSE;
    if (g_strv_length(arguments) > 1) {
        g_autofree gchar *quoted = mg_error_quote(arguments[1]);
        g_set_error(error, MG_ERROR, MG_ERROR_SETUP, "unexpected argument %s", quoted);
        return FALSE;
    }
    return TRUE;
}

gboolean mg_options_parse(MgOptions *options, gint argc, gchar **argv, GError **error)
{
    g_autoptr(GError) failure = NULL;

    *options = (MgOptions){.batch_size = BATCH_SIZE_DEFAULT};
    if (!parse(options, argc, argv, &failure)) {
        g_set_error(error, MG_ERROR, MG_ERROR_SETUP, "%s\nHINT: see intelmqcbmail --help",
                    failure->message);
        return FALSE;
    }
    if (options->batch_size < 1) {
        g_set_error(error, MG_ERROR, MG_ERROR_SETUP,
                    "option --batch-size: found %d, wanted 1 or more", options->batch_size);
        return FALSE;
    }
    if (options->config_file == NULL)
        options->config_file = g_strdup(SYSTEM_FILE);
    return TRUE;
}

void mg_options_clear(MgOptions *options)
{
    g_clear_pointer(&options->config_file, g_free);
}
