/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "cli/opening.h"

#define MG_LOGGER "intelmqmail.cb"
#include "base/error.h"
#include "base/log.h"
#include "cli/log_target.h"
#include "cli/python_plugin.h"
#include "config/configuration.h"
#include "formats/format_list.h"

MgSettings *mg_opening_settings(const MgCommonOptions *options, GError **error)
{
    g_autofree gchar *user_file = mg_configuration_user_file();
    g_autoptr(MgSettings) settings = mg_configuration_load(options->config_file, user_file, error);

    if (settings == NULL)
        return NULL;
    mg_log_set_level(options->verbosity > 0 ? MG_LOG_DEBUG : settings->logging_level);
    if (!mg_log_target_open(&settings->log, error))
        return NULL;
    for (guint i = 0; settings->warnings != NULL && settings->warnings[i] != NULL; i++)
        mg_log_warning("%s", settings->warnings[i]);
    return g_steal_pointer(&settings);
}

static GPtrArray *load_formats(const gchar *directory, GError **error)
{
    g_autoptr(GPtrArray) formats =
        mg_format_list_load(directory, &mg_python_plugin_engine, 1, error);
    g_autofree gchar *quoted = NULL;

    if (formats == NULL || formats->len > 0)
        return g_steal_pointer(&formats);
    quoted = mg_error_quote(directory);
    g_set_error(error, MG_ERROR, MG_ERROR_SETUP,
                "no formats in %s, so that nobody answers for any directive\n"
                "HINT: put files there as mailgen-formats(5) describes, their names begin with two "
                "digits; another directory is named by script_directory",
                quoted);
    return NULL;
}

MgSite *mg_opening_site(const MgSettings *settings, MgPurpose purpose, GError **error)
{
    GPtrArray *formats = load_formats(settings->script_directory, error);

    if (formats == NULL)
        return NULL;
    return mg_site_open(settings, formats, purpose, error);
}
