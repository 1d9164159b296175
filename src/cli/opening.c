/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "cli/opening.h"

#define MG_LOGGER "intelmqmail.cb"
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

MgSite *mg_opening_site(const MgSettings *settings, MgPurpose purpose, GError **error)
{
    GPtrArray *formats =
        mg_format_list_load(settings->script_directory, &mg_python_plugin_engine, 1, error);

    if (formats == NULL)
        return NULL;
    return mg_site_open(settings, formats, purpose, error);
}
