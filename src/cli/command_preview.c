/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "cli/command_preview.h"

#define MG_LOGGER "intelmqmail.cb"
#include "base/clock.h"
#include "base/error.h"
#include "base/fresh_file.h"
#include "base/log.h"
#include "cli/filter_options.h"
#include "cli/opening.h"
#include "cli/own_output.h"
#include "cli/preview_run.h"
#include "cli/standard_streams.h"
#include "preview/preview_files.h"
#include "preview/preview_list.h"
#include "preview/preview_mail.h"
#include "preview/preview_page.h"

typedef struct {
    MgCommonOptions common; /* first: GLib's callbacks get it */
    MgFilterOptions filter;
    gchar *show_text; /* as given */
    gint show;        /* which mail of the list; 0: none */
    gchar *eml_directory;
    gchar *maildir;
    gchar *html_file;
    FILE *output;
} PreviewOptions;

static gboolean write_files(const PreviewOptions *options, const MgPreview *preview, GError **error)
{
    if (options->eml_directory != NULL &&
        !mg_preview_files_eml(preview, options->eml_directory, error))
        return FALSE;
    if (options->maildir != NULL && !mg_preview_files_maildir(preview, options->maildir, error))
        return FALSE;
    return options->html_file == NULL || mg_preview_page_write(preview, options->html_file, error);
}

static gboolean print_one(const PreviewOptions *options, const MgPreview *preview, GError **error)
{
    g_autofree gchar *text = NULL;

    if ((guint)options->show > preview->mails->len) {
        g_set_error(error, MG_ERROR, MG_ERROR_SETUP,
                    "option --show: found %d, there %s %u mail%s to show", options->show,
                    preview->mails->len == 1 ? "is" : "are", preview->mails->len,
                    preview->mails->len == 1 ? "" : "s");
        return FALSE;
    }
    text = mg_preview_mail_text(g_ptr_array_index(preview->mails, (guint)options->show - 1));
    fputs(text, options->output);
    return TRUE;
}

/* It stands below the list; files and pages are looked at later, or by others. */
static void tell_left_out(const MgPreview *preview)
{
    if (preview->rejected_note != NULL)
        mg_log_warning("%s", preview->rejected_note);
    if (preview->set_aside_note != NULL)
        mg_log_info("%s", preview->set_aside_note);
}

/* Files asked for stand in place of the list. */
static gboolean print(const PreviewOptions *options, const MgPreview *preview, GError **error)
{
    gboolean has_files =
        options->eml_directory != NULL || options->maildir != NULL || options->html_file != NULL;
    g_autofree gchar *text = NULL;

    if (options->show > 0)
        return print_one(options, preview, error);
    if (has_files && !options->common.json) {
        tell_left_out(preview);
        return TRUE;
    }
    text = options->common.json ? mg_preview_list_json(preview) : mg_preview_list_text(preview);
    fputs(text, options->output);
    return TRUE;
}

/* Files and --show do not tell it, and nobody should have to look into them for it. */
static void warn_of_excesses(const MgPreview *preview)
{
    g_autoptr(GString) texts = g_string_new(NULL);

    for (guint i = 0; i < preview->excesses->len; i++) {
        const MgExcess *excess = g_ptr_array_index(preview->excesses, i);
        g_string_append_printf(texts, "%s%s", i > 0 ? "; " : "", excess->text);
    }
    mg_log_warning("the next run would stop before its first mail: %s\n"
                   "HINT: intelmqcbmail --override-safety sends it all the same",
                   texts->str);
}

static MgExit preview_with(const PreviewOptions *options)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(MgSettings) settings = mg_opening_settings(&options->common, &error);
    g_autoptr(MgSite) site = NULL;
    g_autoptr(MgPreview) preview = mg_preview_new();

    if (settings == NULL)
        return mg_exit_for(error);
    site = mg_opening_site(settings, MG_PURPOSE_PREVIEW, &error);
    if (site == NULL)
        return mg_exit_for(error);
    preview->made_at = mg_clock_now();
    preview->will_sign = settings->openpgp.always_sign;
    preview->version = MG_VERSION;
    if (!mg_preview_run(site, &options->filter.chosen, preview, &error) ||
        !write_files(options, preview, &error) || !print(options, preview, &error))
        return mg_exit_for(error);
    if (preview->excesses->len > 0) {
        warn_of_excesses(preview);
        return MG_EXIT_ENDED_EARLY;
    }
    return preview->failed->len > 0 ? MG_EXIT_GROUPS_FAILED : MG_EXIT_OK;
}

static void clear(PreviewOptions *options)
{
    mg_common_options_clear(&options->common);
    mg_filter_options_clear(&options->filter);
    g_free(options->show_text);
    g_free(options->eml_directory);
    g_free(options->maildir);
    g_free(options->html_file);
}

static gboolean parse(PreviewOptions *options, gint argc, gchar **argv, GError **error)
{
    const GOptionEntry entries[] = {
        {"show", 0, 0, G_OPTION_ARG_STRING, &options->show_text, "show mail N of the list readably",
         "N"},
        {"eml", 0, 0, G_OPTION_ARG_FILENAME, &options->eml_directory,
         "write each mail as a file into DIR, which is new or empty", "DIR"},
        {"maildir", 0, 0, G_OPTION_ARG_FILENAME, &options->maildir,
         "put the mails into the Maildir DIR", "DIR"},
        {"html", 0, 0, G_OPTION_ARG_FILENAME, &options->html_file,
         "write one page for eyes to FILE", "FILE"},
        MG_FILTER_OPTIONS(&options->filter),
        {NULL},
    };
    const MgCommonSyntax syntax = {
        .command = "preview",
        .summary = "Shows what the next run would send. Nothing is sent, locked, drawn or written.",
        .statuses = "  0  every group can be sent, or is postponed\n"
                    "  1  it could not be made, or the run would stop at a limit\n"
                    "  2  wrong usage or configuration\n"
                    "  3  groups would fail\n",
        .entries = entries,
        .has_json = TRUE,
    };
    g_auto(GStrv) arguments = NULL;

    if (!mg_common_options_parse(&options->common, &syntax, argc, argv, &arguments, error) ||
        !mg_filter_options_read(&options->filter, error) ||
        !mg_common_options_number("--show", options->show_text, &options->show, error))
        return FALSE;
    return TRUE;
}

static MgExit check_and_preview(PreviewOptions *options)
{
    g_autoptr(GError) error = NULL;

    if (options->html_file != NULL && !mg_fresh_file_check("--html", options->html_file, &error))
        return mg_exit_for(error);
    options->output = mg_own_output_take();
    return mg_standard_streams_finish(options->output, preview_with(options));
}

MgExit mg_command_preview(gint argc, gchar **argv)
{
    g_autoptr(GError) error = NULL;
    PreviewOptions options = {0};
    MgExit status;

    if (parse(&options, argc, argv, &error)) {
        status = check_and_preview(&options);
    } else {
        status = mg_exit_for_usage(error);
    }
    clear(&options);
    return status;
}
