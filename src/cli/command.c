/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "cli/command.h"

#include "cli/command_check.h"
#include "cli/command_preview.h"
#include "cli/command_send.h"
#include "cli/command_status.h"
#include "cli/command_test_mail.h"
#include "cli/command_uncertain.h"

static MgExit send_pending(gint argc, gchar **argv);

static const MgCommand commands[] = {
    {NULL, send_pending, "send what is pending"},
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

/* The table's lines for --help. (transfer full) */
static gchar *list_text(void)
{
    GString *text = g_string_new(NULL);

    for (gsize i = 1; i < G_N_ELEMENTS(commands); i++)
        g_string_append_printf(text, "%s  %-12s %s", i > 1 ? "\n" : "Commands:\n", commands[i].name,
                               commands[i].help);
    return g_string_free(text, FALSE);
}

static MgExit send_pending(gint argc, gchar **argv)
{
    g_autofree gchar *list = list_text();

    return mg_command_send(argc, argv, list);
}
