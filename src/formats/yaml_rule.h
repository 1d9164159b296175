/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * One entry of a YAML file's `formats` (mailgen-formats(5), A format): reads it and decides by it.
 *
 * Immutable once read; for any thread.
 */
#pragma once

#include "formats/format.h"
#include "document/complaints.h"
#include "document/node.h"
#include "formats/yaml_scope.h"

typedef struct MgYamlRule MgYamlRule;

/* Reads a format. `default_name` is used where it has no name; `directory` is its file's; `scope`
 * is what its file and those before it share. What is wrong becomes a complaint; the rule must then
 * not be asked. (transfer full) */
MgYamlRule *mg_yaml_rule_read(const MgNode *node, const gchar *default_name, const gchar *directory,
                              const MgYamlScope *scope, MgComplaints *complaints);
void mg_yaml_rule_free(MgYamlRule *rule);

/* Whether the site has all that the format's reports need. MG_ERROR_SETUP naming the format. */
gboolean mg_yaml_rule_check_site(const MgYamlRule *rule, const MgReportFormSite *site,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether the group is this rule's: its `match` holds, and it has a table for the group. */
gboolean mg_yaml_rule_matches(const MgYamlRule *rule, const MgGroup *group);

/* The decision for a group that matches, at `now`: POSTPONED or REQUEST. NULL with MG_ERROR_GROUP
 * naming the format where its time.observation is no time or a substitution lacks a name. */
MgDecision *mg_yaml_rule_decide(const MgYamlRule *rule, const MgGroup *group, gint64 now,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
