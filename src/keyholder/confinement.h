/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Takes from this process whatever holding a key does not need.
 */
#pragma once

/* Before the key is read: no core dump, no debugger but root's, memory that is not swapped out, no
 * privileges to gain. Returns NULL, or what the system refused. */
const char *mg_confinement_begin(void);

/* Once the key is read: only reading from and writing to descriptor `fd`, memory, the clock, random
 * bytes and the end of the process; whatever else is tried ends it. Returns NULL, or what the
 * system refused. */
const char *mg_confinement_close(int fd);
