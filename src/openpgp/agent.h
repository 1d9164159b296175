/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Ends the gpg-agent of a private home directory. For this folder only.
 */
#pragma once

#include <glib.h>

/* Ends the agent that serves `home`, by force if it does not go at once, and returns when it is
 * gone. Does nothing where none runs. Never for a home directory that is not ours. */
void mg_agent_end(const gchar *home);

/* The process id of the agent that serves `home`; 0 where none answers. */
GPid mg_agent_pid(const gchar *home);
