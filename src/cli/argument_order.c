/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "cli/argument_order.h"

#include <string.h>

/* Of the program and all its commands: a test compares them with what --help shows. */
static const gchar *const options_with_value[] = {
    "--batch-size", "--config",    "--crit-age", "--eml",  "--html",     "--limit",    "--maildir",
    "--prometheus", "--recipient", "--report",   "--show", "--template", "--warn-age", NULL,
};
static const gchar letters_with_value[] = "cN";

/* Whether the value of the option stands in the argument behind it: `-c FILE`, `-vc FILE`,
 * `--config FILE`; not so in `-cFILE`, `--config=FILE`. */
static gboolean takes_next(const gchar *option)
{
    gsize at;

    if (g_str_has_prefix(option, "--"))
        return g_strv_contains(options_with_value, option);
    at = 1 + strcspn(option + 1, letters_with_value);
    return option[at] != '\0' && option[at + 1] == '\0';
}

/* 0: there is none. */
static guint find_command(gchar *const *argv)
{
    guint i = argv[0] != NULL ? 1 : 0;

    while (argv[i] != NULL && argv[i][0] == '-' && argv[i][1] != '\0') {
        if (g_str_equal(argv[i], "--"))
            return 0;
        if (takes_next(argv[i]) && argv[i + 1] != NULL)
            i++;
        i++;
    }
    return argv[i] != NULL ? i : 0;
}

gchar **mg_argument_order(gchar *const *argv)
{
    g_autoptr(GStrvBuilder) ordered = g_strv_builder_new();
    guint command = find_command(argv);

    for (guint i = 0; argv[i] != NULL; i++) {
        if (i == 1 && command > 0)
            g_strv_builder_add(ordered, argv[command]);
        if (i != command || i == 0)
            g_strv_builder_add(ordered, argv[i]);
    }
    return g_strv_builder_end(ordered);
}
