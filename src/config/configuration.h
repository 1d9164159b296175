/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * The configuration files of a site as settings; intelmq-mailgen.conf(5) is what its
 * administrator reads. Before anything else at start, one thread.
 */
#pragma once

#include "model/settings.h"

#include <glib.h>

#define MG_CONFIGURATION_SYSTEM_FILE "/etc/intelmq/intelmq-mailgen.conf"

/* `$HOME/.intelmq/intelmq-mailgen.conf`; without HOME that of the account's home directory, NULL
 * where it has none. (transfer full) (nullable) */
gchar *mg_configuration_user_file(void);

/* Reads both files, either of which may be NULL or not exist, but not both; the user's wins, merged
 * one level deep. Every mistake in a known key is one line of the one message of MG_ERROR_SETUP:
 *
 *   FILE:LINE:COLUMN: key 'smtp.port': found "25x" (a string), wanted an integer from 1 to 65535
 *
 * A file that is no JSON is reported the same way, before keys are looked at. Passwords are never
 * shown. What an operator should know besides stands in `warnings` of the settings, same form. */
MgSettings *mg_configuration_load(const gchar *system_file, const gchar *user_file,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The merged files as JSON text without a look at the keys, for programs that read only their own.
 * (transfer full) */
gchar *mg_configuration_read(const gchar *system_file, const gchar *user_file,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

typedef struct {
    const gchar *name; /* stands for the file's in messages */
    const gchar *text;
    gsize length;
} MgConfigurationText;

/* The same as mg_configuration_load() for texts that are in memory, each over those before it. */
MgSettings *mg_configuration_load_texts(const MgConfigurationText *texts, gsize n_texts,
                                        GError **error) G_GNUC_WARN_UNUSED_RESULT;
