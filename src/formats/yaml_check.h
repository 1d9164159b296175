/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Values of a YAML file checked for their types; what is wrong becomes a complaint.
 *
 * `what` names the value in messages, as the file's author knows it: "'postpone'", "a column".
 * A value complained about already (MG_YAML_BROKEN) gives no second complaint.
 */
#pragma once

#include "formats/yaml_complaints.h"
#include "formats/yaml_node.h"

/* FALSE with a complaint where it is none. */
gboolean mg_yaml_check_map(const MgYamlNode *node, const gchar *what, MgYamlComplaints *complaints);
gboolean mg_yaml_check_list(const MgYamlNode *node, const gchar *what,
                            MgYamlComplaints *complaints);

/* The text, as it is written where it is a number, true or false. NULL with a complaint. */
const gchar *mg_yaml_check_text(const MgYamlNode *node, const gchar *what,
                                MgYamlComplaints *complaints);

/* FALSE with a complaint where it is neither true nor false. */
gboolean mg_yaml_check_boolean(const MgYamlNode *node, const gchar *what, gboolean *result,
                               MgYamlComplaints *complaints);

/* A complaint at the node. */
void mg_yaml_check_complain(const MgYamlNode *node, MgYamlComplaints *complaints,
                            const gchar *format, ...) G_GNUC_PRINTF(3, 4);

/* A key that a mapping may have, and what reads its value into `target`. */
typedef struct {
    const gchar *key;
    void (*read)(gpointer target, const MgYamlNode *value, MgYamlComplaints *complaints);
    const gchar
        *advice; /* (nullable): non-NULL where the key is required; "" where there is none */
} MgYamlField;

/* Reads a mapping's values, in the order of `fields`, which ends with a NULL key. Complains where
 * the node is no mapping, of unknown keys (with the known one that was probably meant), and of
 * required ones that are missing. */
void mg_yaml_check_fields(const MgYamlNode *node, const gchar *what, const MgYamlField *fields,
                          gpointer target, MgYamlComplaints *complaints);

/* Complains of an unknown key; `known` is a NULL-terminated list. */
void mg_yaml_check_unknown_key(const MgYamlNode *key, const gchar *what, const gchar *const *known,
                               MgYamlComplaints *complaints);
