/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * The server as the settings describe it, before anybody talks to it (intelmq-mailgen.conf(5), Mail
 * server).
 *
 * Pure but for mg_endpoint_check(), for any thread.
 */
#pragma once

#include "model/settings.h"

/* Whether the settings can work at all; the cases of mg_session_new(). */
gboolean mg_endpoint_check(const MgSmtpSettings *settings,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether clear text would give no password away: there is no login, or `host`, as configured, is
 * this machine (localhost and its like, 127.0.0.0/8, ::1). Names are not looked up: what DNS says
 * is no ground for sending a password in clear. */
gboolean mg_endpoint_allows_clear_login(const MgSmtpSettings *settings);

/* libcurl's URL for it, which also carries our name for EHLO. (transfer full) */
gchar *mg_endpoint_url(const MgSmtpSettings *settings);
