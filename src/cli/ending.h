/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * The end of the program. Format scripts, and the modules and libraries that they use, can call
 * exit() or _exit() in the midst of a run: cron must not take that for a run that went well.
 */
#pragma once

/* Once, in main, before all else. Once the plug-in for scripts is opened, an end of the process
 * other than by a signal or after mg_ending_is_proper() has a CRITICAL line and status 1. Forked
 * children end as they like. */
void mg_ending_watch(void);

/* main() is about to return. */
void mg_ending_is_proper(void);
