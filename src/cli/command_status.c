/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "cli/command_status.h"

#include "base/error.h"
#include "base/fresh_file.h"
#include "cli/common_options.h"
#include "cli/opening.h"
#include "cli/plain_text.h"
#include "cli/refused_list.h"
#include "cli/status_output.h"
#include "formats/duration.h"

#include <stdio.h>
#include <string.h>

#define PAGE 1000 /* rejected directives read at once: there may be very many */

typedef struct {
    MgCommonOptions common;
    gboolean rejected;
    gboolean refused;
    gchar *metrics_file;
    gchar *warn_age;
    gchar *crit_age;
    MgStatusLimits limits;
} Options;

static void options_clear(Options *options)
{
    mg_common_options_clear(&options->common);
    g_free(options->metrics_file);
    g_free(options->warn_age);
    g_free(options->crit_age);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Options, options_clear)

static gboolean read_age(const gchar *name, const gchar *text, gint64 *age, GError **error)
{
    g_autofree gchar *quoted = NULL;

    if (text == NULL || (mg_duration_parse(text, age) && *age > 0))
        return TRUE;
    quoted = mg_error_quote(text);
    g_set_error(error, MG_ERROR, MG_ERROR_SETUP,
                "option %s: found %s, wanted a duration such as 90m, 2h or 1d", name, quoted);
    return FALSE;
}

static gboolean read_limits(Options *options, GError **error)
{
    MgStatusLimits *limits = &options->limits;

    limits->is_wanted = options->warn_age != NULL || options->crit_age != NULL;
    if (!read_age("--warn-age", options->warn_age, &limits->warn_age, error) ||
        !read_age("--crit-age", options->crit_age, &limits->crit_age, error))
        return FALSE;
    if (limits->crit_age > 0 && limits->warn_age > limits->crit_age) {
        g_set_error(error, MG_ERROR, MG_ERROR_SETUP, "--warn-age %s is longer than --crit-age %s",
                    options->warn_age, options->crit_age);
        return FALSE;
    }
    if (options->rejected && options->refused) {
        g_set_error(error, MG_ERROR, MG_ERROR_SETUP, "--rejected and --refused exclude each other");
        return FALSE;
    }
    if ((options->rejected || options->refused) &&
        (limits->is_wanted || options->metrics_file != NULL)) {
        g_set_error(error, MG_ERROR, MG_ERROR_SETUP,
                    "%s lists, it cannot be used with --prometheus, --warn-age, --crit-age",
                    options->rejected ? "--rejected" : "--refused");
        return FALSE;
    }
    return TRUE;
}

static gboolean parse(Options *options, gint argc, gchar **argv, GError **error)
{
    const GOptionEntry entries[] = {
        {"rejected", 0, 0, G_OPTION_ARG_NONE, &options->rejected,
         "list the directives that could not be stored", NULL},
        {"refused", 0, 0, G_OPTION_ARG_NONE, &options->refused,
         "list the groups that were refused for good, and those set aside", NULL},
        {"prometheus", 0, 0, G_OPTION_ARG_FILENAME, &options->metrics_file,
         "write metrics to FILE, for the textfile collector", "FILE"},
        {"warn-age", 0, 0, G_OPTION_ARG_STRING, &options->warn_age,
         "exit as a monitoring plugin: WARNING when something is pending for longer", "DURATION"},
        {"crit-age", 0, 0, G_OPTION_ARG_STRING, &options->crit_age, "likewise: CRITICAL",
         "DURATION"},
        {NULL},
    };
    const MgCommonSyntax syntax = {
        .command = "status",
        .summary =
            "Shows what is pending, uncertain, rejected or refused, what was sent, and the last "
            "runs.",
        .statuses = MG_COMMON_OPTIONS_STATUSES
        "With --warn-age or --crit-age, as monitoring plugins: 0 OK, 1 WARNING, 2 CRITICAL, "
        "3 UNKNOWN\n",
        .entries = entries,
        .has_json = TRUE,
    };

    *options = (Options){0};
    return mg_common_options_parse(&options->common, &syntax, argc, argv, NULL, error) &&
           read_limits(options, error);
}

static void print_rejected(const MgStatusRejected *rejected)
{
    g_autofree gchar *when = mg_plain_text_time(rejected->inserted_at);
    g_autofree gchar *reason = mg_plain_text_clean(rejected->reason);
    g_autofree gchar *directive = mg_plain_text_clean(rejected->directive_json);

    printf("%" G_GINT64_FORMAT "  event %" G_GINT64_FORMAT "  %s  %s  %s\n", rejected->id,
           rejected->event_id, when, reason, directive);
}

static void print_rejected_json(const MgStatusRejected *rejected, gboolean is_first)
{
    g_autoptr(GString) out = g_string_new(NULL);

    mg_status_output_append_rejected(out, rejected);
    printf("%s%s", is_first ? "" : ",\n ", out->str);
}

static MgExit list_rejected(MgConnection *connection, gboolean as_json, GError **error)
{
    gint64 before_id = G_MAXINT64;
    guint n_read = PAGE;

    fputs(as_json ? "[" : "", stdout);
    while (n_read == PAGE) {
        g_autoptr(GPtrArray) page = mg_status_list_rejected(connection, before_id, PAGE, error);
        if (page == NULL)
            return MG_EXIT_ENDED_EARLY;
        n_read = page->len;
        for (guint i = 0; i < n_read; i++) {
            const MgStatusRejected *rejected = g_ptr_array_index(page, i);
            if (as_json)
                print_rejected_json(rejected, before_id == G_MAXINT64);
            else
                print_rejected(rejected);
            before_id = rejected->id;
        }
    }
    fputs(as_json ? "]\n" : "", stdout);
    return MG_EXIT_OK;
}

/* Nothing more is printed where the report went into a file and nobody asked for more. */
static void print_report(const MgStatusReport *report, const Options *options)
{
    g_autofree gchar *json = mg_status_output_json(report, &options->limits);
    g_autofree gchar *line = mg_status_output_check_line(report, &options->limits);
    g_autofree gchar *text = mg_status_output_text(report);

    if (options->common.json) {
        puts(json);
        return;
    }
    if (options->limits.is_wanted)
        puts(line);
    if (options->limits.is_wanted || options->metrics_file == NULL)
        fputs(text, stdout);
}

static MgExit tell(const MgStatusReport *report, const Options *options, GError **error)
{
    MgStatusLevel level = MG_STATUS_OK;

    if (options->metrics_file != NULL &&
        !mg_status_output_metrics_file(report, options->metrics_file, error))
        return MG_EXIT_ENDED_EARLY;
    print_report(report, options);
    if (options->limits.is_wanted)
        level = mg_status_output_level(report, &options->limits);
    return (MgExit)level;
}

/* A file that still tells the old figures would hide that there are no new ones. */
static void tell_metrics_failure(const Options *options)
{
    g_autoptr(GError) error = NULL;

    if (options->metrics_file != NULL &&
        !mg_status_output_metrics_file(NULL, options->metrics_file, &error))
        mg_exit_for(error);
}

static MgExit work(const Options *options, GError **error)
{
    g_autoptr(MgSettings) settings = NULL;
    g_autoptr(MgConnection) connection = NULL;
    g_autoptr(MgStatusReport) report = NULL;

    if (options->metrics_file != NULL &&
        !mg_fresh_file_check("--prometheus", options->metrics_file, error))
        return MG_EXIT_SETUP;
    settings = mg_opening_settings(&options->common, error);
    if (settings == NULL) {
        tell_metrics_failure(options);
        return MG_EXIT_SETUP;
    }
    connection = mg_connection_open(&settings->database, "status", error);
    if (connection != NULL && options->rejected)
        return list_rejected(connection, options->common.json, error);
    if (connection != NULL && options->refused)
        return mg_refused_list_print(connection, options->common.json, error) ? MG_EXIT_OK
                                                                              : MG_EXIT_ENDED_EARLY;
    if (connection != NULL)
        report = mg_status_report_new(connection, settings, error);
    if (report != NULL)
        return tell(report, options, error);
    tell_metrics_failure(options);
    return MG_EXIT_ENDED_EARLY;
}

static gboolean is_check(gint argc, gchar **argv)
{
    for (gint i = 1; i < argc; i++)
        if (g_str_has_prefix(argv[i], "--warn-age") || g_str_has_prefix(argv[i], "--crit-age"))
            return TRUE;
    return FALSE;
}

/* As a monitoring plugin the program says what hinders it on the first line of its output, and that
 * it does not know. */
static MgExit fail_check(const GError *error)
{
    g_autofree gchar *first_line = NULL;

    first_line = g_strndup(error->message, strcspn(error->message, "\n"));
    g_strdelimit(first_line, "|", '/'); /* figures would follow */
    printf("MAILGEN UNKNOWN - %s\n", first_line);
    return (MgExit)MG_STATUS_UNKNOWN;
}

MgExit mg_command_status(gint argc, gchar **argv)
{
    g_autoptr(GError) error = NULL;
    g_auto(Options) options;
    MgExit status;

    if (!parse(&options, argc, argv, &error))
        return is_check(argc, argv) ? fail_check(error) : mg_exit_for_usage(error);
    status = work(&options, &error);
    if (error == NULL)
        return status;
    return options.limits.is_wanted ? fail_check(error) : mg_exit_for(error);
}
