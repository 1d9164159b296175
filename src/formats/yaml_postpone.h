/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * `postpone` of a YAML format: what makes a group wait (mailgen-formats(5), Waiting).
 *
 * Immutable once read; for any thread.
 */
#pragma once

#include "formats/format.h"
#include "document/complaints.h"
#include "document/node.h"

typedef struct {
    gboolean notification_interval; /* wait until the interval since the last mail is over */
    gint64 newest_directive_age;    /* microseconds; 0: does not hold back */
    gint64 observation_age;         /* microseconds; 0: does not hold back */
} MgYamlPostpone;

/* An MgCheckReader; `field` is an MgYamlPostpone: reads the conditions of a mapping into it. */
void mg_yaml_postpone_read(gpointer field, const MgNode *node, const gchar *what,
                           MgComplaints *complaints);

/* Asks whether a condition holds the group back at `now`: `because` receives the conditions that
 * do, for messages, or NULL where none does; `until` the time when the last of them ends, which
 * mg_clock_format_utc() can print. FALSE with MG_ERROR_GROUP where the group's time.observation is
 * needed and is no time. */
gboolean mg_yaml_postpone_check(const MgYamlPostpone *postpone, const MgGroup *group, gint64 now,
                                gchar **because, gint64 *until,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
