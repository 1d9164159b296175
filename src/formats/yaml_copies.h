/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * `copies` of a YAML format: further mails of a group, sent to other addresses (mailgen-formats(5),
 * Copies).
 *
 * Immutable once read; for any thread.
 */
#pragma once

#include "document/complaints.h"
#include "document/node.h"
#include "model/group.h"
#include "model/request.h"

typedef struct MgYamlCopies MgYamlCopies;

MgYamlCopies *mg_yaml_copies_new(void); /* none */
void mg_yaml_copies_free(MgYamlCopies *copies);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgYamlCopies, mg_yaml_copies_free)

/* An MgCheckReader; `field` is an MgYamlCopies *: adds those of a list to it. */
void mg_yaml_copies_read(gpointer field, const MgNode *node, const gchar *what,
                         MgComplaints *complaints);

/* Adds to the request the copies whose `when` holds; a copy that does not say how its data goes out
 * does as the request. */
void mg_yaml_copies_apply(const MgYamlCopies *copies, const MgGroup *group, MgRequest *request);
