/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * The name by which we greet a server (RFC 5321 section 4.1.1.1).
 */
#pragma once

#include <glib.h>

/* This host's fully qualified name; where it has none an address literal, "[192.0.2.1]". Found once
 * a process, which may ask DNS; never fails; any thread. (transfer none) */
const gchar *mg_greeting_name(void);

/* Whether `name` is a host name with a domain, other than localhost, that may stand in EHLO. */
gboolean mg_greeting_is_qualified(const gchar *name);
