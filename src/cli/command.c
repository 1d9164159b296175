/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "cli/command.h"

#include "base/error.h"
#include "cli/argument_order.h"
#include "cli/command_check.h"
#include "cli/command_init.h"
#include "cli/command_preview.h"
#include "cli/command_send.h"
#include "cli/command_set_aside.h"
#include "cli/command_status.h"
#include "cli/command_test_mail.h"
#include "cli/command_uncertain.h"
#include "cli/common_options.h"
#include "base/guess.h"

typedef struct {
    const gchar *name;
    MgExit (*run)(gint argc, gchar **argv);
    const gchar *help; /* one line */
} Command;

static MgExit help(gint argc, gchar **argv);

static const Command commands[] = {
    {"bring-back", mg_command_set_aside_end,
     "let the next run try groups again that are set aside"},
    {"check", mg_command_check, "look whether all is in place to send"},
    {"help", help, "show the options of a command"},
    {"init", mg_command_init, "write a configuration, a format and a template to begin with"},
    {"preview", mg_command_preview, "what the next run would send"},
    {"set-aside", mg_command_set_aside, "try no more groups that are refused run after run"},
    {"status", mg_command_status, "what is pending, what was sent, how the last runs ended"},
    {"test-mail", mg_command_test_mail, "send one mail that says it is a test"},
    {"uncertain", mg_command_uncertain, "deliveries whose end is not known, and what to do"},
};

static const Command *find(const gchar *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(commands); i++)
        if (g_str_equal(name, commands[i].name))
            return &commands[i];
    return NULL;
}

static gchar *list_text(void)
{
    GString *text = g_string_new("Commands:");

    for (gsize i = 0; i < G_N_ELEMENTS(commands); i++)
        g_string_append_printf(text, "\n  %-12s %s", commands[i].name, commands[i].help);
    return g_string_free(text, FALSE);
}

static MgExit fail_unknown(const gchar *name)
{
    g_autofree gchar *quoted = mg_error_quote(name);
    const gchar *known[G_N_ELEMENTS(commands) + 1] = {NULL};
    const gchar *meant;
    g_autoptr(GError) error = NULL;

    for (gsize i = 0; i < G_N_ELEMENTS(commands); i++)
        known[i] = commands[i].name;
    meant = mg_guess_nearest(name, known);
    error = meant != NULL
                ? g_error_new(MG_ERROR, MG_ERROR_SETUP,
                              "unknown command %s\nHINT: did you mean %s? See intelmqcbmail --help",
                              quoted, meant)
                : g_error_new(MG_ERROR, MG_ERROR_SETUP,
                              "unknown command %s\nHINT: see intelmqcbmail --help", quoted);
    return mg_exit_for_usage(error);
}

static MgExit send_pending(gint argc, gchar **argv)
{
    g_autofree gchar *list = list_text();

    return mg_command_send(argc, argv, list);
}

static MgExit show_help_of(const gchar *name)
{
    const gchar *arguments[] = {"intelmqcbmail", "--help", NULL, NULL};
    const Command *command;

    if (name == NULL)
        return send_pending(2, (gchar **)arguments);
    command = find(name);
    if (command == NULL)
        return fail_unknown(name);
    arguments[1] = name;
    arguments[2] = "--help";
    return command->run(3, (gchar **)arguments);
}

static MgExit help(gint argc, gchar **argv)
{
    const MgCommonSyntax syntax = {
        .command = "help",
        .arguments_text = "[COMMAND]",
        .max_arguments = 1,
        .summary = "Shows what --help of the program or of COMMAND shows.",
    };
    g_auto(MgCommonOptions) options;
    g_auto(GStrv) arguments = NULL;
    g_autoptr(GError) error = NULL;

    if (!mg_common_options_parse(&options, &syntax, argc, argv, &arguments, &error))
        return mg_exit_for_usage(error);
    return show_help_of(arguments[0]);
}

MgExit mg_command_run(gint argc, gchar **argv)
{
    g_auto(GStrv) ordered = mg_argument_order(argv);
    const gchar *first = argc > 1 ? ordered[1] : NULL;
    const Command *command;

    if (first == NULL || first[0] == '-' || first[0] == '\0')
        return send_pending(argc, ordered);
    command = find(first);
    return command != NULL ? command->run(argc, ordered) : fail_unknown(first);
}
