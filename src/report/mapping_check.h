/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * What a mapping may say of each kind of report; for mapping_reader.c.
 */
#pragma once

#include "document/complaints.h"
#include "document/node.h"
#include "report/mapping.h"

/* Complains of a name that no field of a report has, and of one that only the program fills. */
void mg_mapping_check_target(MgMappingTarget kind, const MgNode *key, MgComplaints *complaints);

/* Complains where `report`, read from `node`, is of a kind that the program does not know, lacks
 * what it must have, or has a fixed value that it may not have. X-ARF 0.2 by a schema that is not
 * among those that are shipped is not known yet. */
void mg_mapping_check_report(MgMappingTarget kind, const MgMapping *mapping,
                             const MgMappingReport *report, const MgNode *node,
                             MgComplaints *complaints);
