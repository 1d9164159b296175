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

/* Whether `host`, as configured, is this machine: localhost and its like, 127.0.0.0/8, ::1. Names
 * are not looked up: what DNS says is no ground for sending a password in clear. */
gboolean mg_greeting_is_loopback(const gchar *host);
