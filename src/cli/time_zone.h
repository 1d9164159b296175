/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * The time zone that the environment names.
 */
#pragma once

/* Takes UTC, with a WARNING, where TZ names a file that holds no time zone: the library that knows
 * it would complain in lines of its own, again and again. Before threads start. */
void mg_time_zone_secure(void);
