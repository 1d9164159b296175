/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * A gpg-agent and the home directory that it serves. For this folder only.
 */
#pragma once

#include "openpgp/assuan.h"

/* From any thread. */
typedef struct {
    gchar *home;
    gchar *shown_home; /* the site's, for messages */
    GMutex starting;   /* held by who may start the agent */
    gboolean started;  /* under `starting`: a signature was made */
} MgAgent;

MgAgent *mg_agent_new(const gchar *home, const gchar *shown_home);
void mg_agent_free(MgAgent *agent);

/* Ends the agent that serves `home`, by force if it does not go at once, and returns when it is
 * gone. Does nothing where none runs. Never for a home directory that is not ours. */
void mg_agent_end(const gchar *home);

/* A connection to the agent that serves `home`. MG_ERROR_GROUP where none does. (transfer full) */
MgAssuan *mg_agent_connect(const gchar *home, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The process id of the agent that serves `home`; 0 where none answers. */
GPid mg_agent_pid(const gchar *home);
