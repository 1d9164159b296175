/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "cli/command.h"

#define MG_LOGGER "intelmqmail.cb"
#include "base/error.h"
#include "base/log.h"
#include "cli/command_check.h"
#include "cli/command_preview.h"
#include "cli/command_send.h"
#include "cli/command_status.h"
#include "cli/command_test_mail.h"
#include "cli/command_uncertain.h"

static const MgCommand commands[] = {
    {NULL, mg_command_send, "send what is pending"},
    {"check", mg_command_check, "look whether all is in place to send"},
    {"preview", mg_command_preview, "what the next run would send"},
    {"status", mg_command_status, "what is pending, what was sent, how the last runs ended"},
    {"test-mail", mg_command_test_mail, "send one mail that says it is a test"},
    {"uncertain", mg_command_uncertain, "deliveries whose end is not known, and what to do"},
};

const MgCommand *mg_command_find(gint argc, gchar **argv)
{
    for (gsize i = 1; argc > 1 && i < G_N_ELEMENTS(commands); i++)
        if (g_str_equal(argv[1], commands[i].name))
            return &commands[i];
    return &commands[0];
}

gchar *mg_command_list_text(void)
{
    GString *text = g_string_new(NULL);

    for (gsize i = 1; i < G_N_ELEMENTS(commands); i++)
        g_string_append_printf(text, "%s  %-12s %s", i > 1 ? "\n" : "Commands:\n", commands[i].name,
                               commands[i].help);
    return g_string_free(text, FALSE);
}

MgExit mg_command_fail(const GError *error)
{
    mg_log_critical("Error: %s", error->message);
    return g_error_matches(error, MG_ERROR, MG_ERROR_SETUP) ? MG_EXIT_SETUP : MG_EXIT_ENDED_EARLY;
}
