/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * `copies` of a YAML format: further mails of a group, sent to other addresses (contract 10a).
 *
 * Immutable once read; for any thread.
 */
#pragma once

#include "formats/yaml_complaints.h"
#include "formats/yaml_node.h"
#include "model/group.h"
#include "model/request.h"

typedef struct MgYamlCopies MgYamlCopies;

MgYamlCopies *mg_yaml_copies_new(void); /* none */
void mg_yaml_copies_free(MgYamlCopies *copies);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgYamlCopies, mg_yaml_copies_free)

/* Adds those of a list. */
void mg_yaml_copies_read(MgYamlCopies *copies, const MgYamlNode *node,
                         MgYamlComplaints *complaints);

/* Adds to the request the copies whose `when` holds; a copy that does not say how its data goes out
 * does as the request. */
void mg_yaml_copies_apply(const MgYamlCopies *copies, const MgGroup *group, MgRequest *request);

/* `inline` or `attachment`, for `data` of a format or a copy. FALSE with a complaint. */
gboolean mg_yaml_copies_read_data(const MgYamlNode *node, gboolean *attach,
                                  MgYamlComplaints *complaints);
