/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * The options that choose among the pending groups, for the program and its previews.
 */
#pragma once

#include "run/task_filter.h"

/* Begins all zero. */
typedef struct {
    MgTaskFilter chosen; /* filled once read */
    gchar *limit;        /* as given; NULL: was not */
} MgFilterOptions;

/* Rows of a GOptionEntry table that fill a MgFilterOptions. */
#define MG_FILTER_OPTIONS(filter)                                                                  \
    {"recipient",                                                                                  \
     0,                                                                                            \
     0,                                                                                            \
     G_OPTION_ARG_STRING_ARRAY,                                                                    \
     &(filter)->chosen.recipients,                                                                 \
     "only groups whose recipient matches, with * and ?; may be repeated",                         \
     "PATTERN"},                                                                                   \
        {"template",                                                                               \
         0,                                                                                        \
         0,                                                                                        \
         G_OPTION_ARG_STRING_ARRAY,                                                                \
         &(filter)->chosen.templates,                                                              \
         "only groups whose template name matches; may be repeated",                               \
         "TEMPLATE"},                                                                              \
    {                                                                                              \
        "limit", 0, 0, G_OPTION_ARG_STRING, &(filter)->limit, "only the first N groups", "N"       \
    }

/* Once the command line is taken apart. MG_ERROR_SETUP where a value makes no sense. */
gboolean mg_filter_options_read(MgFilterOptions *filter, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void mg_filter_options_clear(MgFilterOptions *filter);
