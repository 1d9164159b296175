/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * The log as JSON: one object a line.
 *
 *     {"time":"2026-11-20T09:00:02.123456+01:00","level":"INFO","logger":"intelmqmail.cb",
 *      "message":"…","ticket":"20261120-10000001","recipient":"abuse@isp.example"}
 */
#pragma once

#include "base/log.h"

/* With a final line break, no other. `time` is local, with its zone; the fields (nullable) follow
 * as they are named, texts all. Fits mg_log_set_formatter(). (transfer full) */
gchar *mg_log_json_format_line(MgLogLevel level, const gchar *logger, gint64 time_us,
                               const gchar *message, const MgLogField *fields);
