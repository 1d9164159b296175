/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Conditions on a group of directives: `match` and `when` of a YAML format (mailgen-formats(5),
 * Conditions).
 *
 * Immutable once read; for any thread.
 */
#pragma once

#include "document/complaints.h"
#include "document/node.h"
#include "model/group.h"

typedef struct MgYamlMatch MgYamlMatch;

/* Holds for every group until conditions are read into it. */
MgYamlMatch *mg_yaml_match_new(void);
void mg_yaml_match_free(MgYamlMatch *match);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgYamlMatch, mg_yaml_match_free)

/* An MgCheckReader; `field` is an MgYamlMatch *: adds the conditions of a mapping to it. */
void mg_yaml_match_read(gpointer field, const MgNode *node, const gchar *what,
                        MgComplaints *complaints);

/* The same where there may also be conditions on the mail: data_form, n_events, part, n_parts,
 * attachment_name. */
void mg_yaml_match_read_of_mail(gpointer field, const MgNode *node, const gchar *what,
                                MgComplaints *complaints);
/* Whether there is one of these. */
gboolean mg_yaml_match_needs_mail(const MgYamlMatch *match);

/* Whether every condition holds. A NULL in the aggregate identifier is the text `None`, as it is
 * for templates. `mail` (nullable): what those on the mail are about; without it none of them
 * holds. */
gboolean mg_yaml_match_holds(const MgYamlMatch *match, const MgGroup *group, const MgPairs *mail);
