/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Reads a mapping to reports from a document, and checks it against the profile: mistakes show when
 * the file is read, not with the first event.
 */
#pragma once

#include "document/complaints.h"
#include "document/node.h"
#include "report/mapping.h"

/* What is wrong becomes a complaint, and then the mapping is of no use: keys and sources that are
 * not known, names that are no field of an event, kinds of report that the profile does not have,
 * fixed values that it does not allow, fields that only the program fills. (transfer full) */
MgMapping *mg_mapping_reader_read(const MgNode *root, MgMappingTarget kind,
                                  MgComplaints *complaints);

/* The one that is shipped, for formats that name none. (transfer none) */
const MgMapping *mg_mapping_reader_shipped(MgMappingTarget kind);
