/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "cli/command_set_aside.h"

#define MG_LOGGER "intelmqmail.cb"
#include "base/error.h"
#include "base/json_writer.h"
#include "base/log.h"
#include "cli/common_options.h"
#include "cli/opening.h"
#include "cli/refused_list.h"

#include <stdio.h>

#define MOST_ARGUMENTS 10000

/* One of the two commands. */
typedef struct {
    const gchar *name;
    const gchar *summary;
    const gchar *statuses;
    const gchar *done;
    const gchar *already;
    MgRefusedChange (*change)(MgConnection *connection, gint64 id, GError **error);
} Way;

static const Way setting_aside = {
    .name = "set-aside",
    .summary = "Sets groups aside that three runs in a row or more were refused for good: no run\n"
               "tries them, until intelmqcbmail bring-back. ID is the number that\n"
               "intelmqcbmail status --refused shows.",
    .statuses = MG_COMMON_OPTIONS_STATUSES "  3  one of those named was not set aside\n",
    .done = "is set aside: no run tries it until intelmqcbmail bring-back",
    .already = "is set aside already",
    .change = mg_refused_set_aside,
};
static const Way bringing_back = {
    .name = "bring-back",
    .summary = "Lets the next run try groups again that intelmqcbmail set-aside has set aside.\n"
               "ID is the number that intelmqcbmail status --refused shows.",
    .statuses = MG_COMMON_OPTIONS_STATUSES "  3  one of those named was not brought back\n",
    .done = "is back: the next run tries it",
    .already = "is not set aside",
    .change = mg_refused_bring_back,
};

static gboolean read_id(const gchar *text, gint64 *id, GError **error)
{
    g_autofree gchar *quoted = NULL;

    if (g_ascii_string_to_signed(text, 10, 1, G_MAXINT64, id, NULL))
        return TRUE;
    quoted = mg_error_quote(text);
    g_set_error(error, MG_ERROR, MG_ERROR_SETUP,
                "found %s, wanted a number that intelmqcbmail status --refused shows", quoted);
    return FALSE;
}

/* (nullable): all of them before the first is changed. (transfer full) (element-type gint64) */
static GArray *read_ids(gchar **arguments, GError **error)
{
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(gint64));

    for (gchar **argument = arguments; *argument != NULL; argument++) {
        gint64 id = 0;
        if (!read_id(*argument, &id, error))
            return NULL;
        g_array_append_val(ids, id);
    }
    return g_steal_pointer(&ids);
}

static void tell(const Way *way, gint64 id, MgRefusedChange change, gboolean as_json)
{
    if (change == MG_REFUSED_NONE)
        mg_log_critical("Error: there is no refused group %" G_GINT64_FORMAT, id);
    else if (change == MG_REFUSED_EARLY)
        mg_log_critical("Error: group %" G_GINT64_FORMAT " was refused in fewer than %d runs in a "
                        "row so far: the next ones try it",
                        id, MG_REFUSED_RUNS);
    else if (change == MG_REFUSED_ALREADY)
        mg_log_critical("Error: group %" G_GINT64_FORMAT " %s", id, way->already);
    else if (!as_json)
        printf("group %" G_GINT64_FORMAT " %s\n", id, way->done);
}

static void append_result(GString *out, gint64 id, MgRefusedChange change)
{
    static const gchar *const names[] = {
        [MG_REFUSED_DONE] = "done",
        [MG_REFUSED_NONE] = "none",
        [MG_REFUSED_EARLY] = "early",
        [MG_REFUSED_ALREADY] = "already",
    };

    mg_json_writer_open(out, NULL, '{');
    mg_json_writer_number(out, "id", id);
    mg_json_writer_text(out, "result", names[change]);
    mg_json_writer_close(out, '}');
}

static MgExit change_all(const Way *way, MgConnection *connection, const GArray *ids,
                         gboolean as_json)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) out = g_string_new("[");
    MgExit status = MG_EXIT_OK;

    for (guint i = 0; i < ids->len; i++) {
        gint64 id = g_array_index(ids, gint64, i);
        MgRefusedChange change = way->change(connection, id, &error);

        if (change == MG_REFUSED_FAILED)
            return mg_exit_for(error);
        if (change != MG_REFUSED_DONE)
            status = MG_EXIT_GROUPS_FAILED;
        append_result(out, id, change);
        tell(way, id, change, as_json);
    }
    if (as_json)
        printf("%s]\n", out->str);
    return status;
}

static MgExit run(const Way *way, gint argc, gchar **argv)
{
    const MgCommonSyntax syntax = {
        .command = way->name,
        .arguments_text = "ID...",
        .min_arguments = 1,
        .max_arguments = MOST_ARGUMENTS,
        .summary = way->summary,
        .statuses = way->statuses,
        .has_json = TRUE,
    };
    g_auto(MgCommonOptions) options;
    g_auto(GStrv) arguments = NULL;
    g_autoptr(GArray) ids = NULL;
    g_autoptr(GError) error = NULL;
    g_autoptr(MgSettings) settings = NULL;
    g_autoptr(MgConnection) connection = NULL;

    if (!mg_common_options_parse(&options, &syntax, argc, argv, &arguments, &error))
        return mg_exit_for_usage(error);
    ids = read_ids(arguments, &error);
    if (ids == NULL)
        return mg_exit_for_usage(error);
    settings = mg_opening_settings(&options, &error);
    if (settings == NULL)
        return mg_exit_for(error);
    connection = mg_connection_open(&settings->database, way->name, &error);
    if (connection == NULL || !mg_refused_list_check(connection, &error))
        return mg_exit_for(error);
    return change_all(way, connection, ids, options.json);
}

MgExit mg_command_set_aside(gint argc, gchar **argv)
{
    return run(&setting_aside, argc, argv);
}

MgExit mg_command_set_aside_end(gint argc, gchar **argv)
{
    return run(&bringing_back, argc, argv);
}
