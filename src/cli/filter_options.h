/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * The options that choose among the pending groups, for the program and its previews.
 */
#pragma once

#include "run/task_filter.h"

/* Rows of a GOptionEntry table that fill a MgTaskFilter, which begins all zero. */
#define MG_FILTER_OPTIONS(filter)                                                                  \
    {"recipient",                                                                                  \
     0,                                                                                            \
     0,                                                                                            \
     G_OPTION_ARG_STRING_ARRAY,                                                                    \
     &(filter)->recipients,                                                                        \
     "only groups whose recipient matches, with * and ?; may be repeated",                         \
     "PATTERN"},                                                                                   \
        {"template",                                                                               \
         0,                                                                                        \
         0,                                                                                        \
         G_OPTION_ARG_STRING_ARRAY,                                                                \
         &(filter)->templates,                                                                     \
         "only groups whose template name matches; may be repeated",                               \
         "PATTERN"},                                                                               \
    {                                                                                              \
        "limit", 0, 0, G_OPTION_ARG_INT, &(filter)->limit, "only the first N groups", "N"          \
    }

/* MG_ERROR_SETUP where a value is none that can be meant. */
gboolean mg_filter_options_check(const MgTaskFilter *filter, GError **error);
void mg_filter_options_clear(MgTaskFilter *filter);
