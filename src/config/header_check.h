/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * The further headers that a site wants in every mail: key `headers` of the configuration.
 */
#pragma once

#include "config/problems.h"
#include "model/pairs.h"

/* Checks that `value` is an object of field names (RFC 5322) with texts of one line, none of them a
 * header that the program writes itself, none twice in another case; fills `headers`. A header
 * whose value is null is left out, so that a user's file can take one away. */
void mg_header_check(const MgNode *value, const MgKnownKey *key, MgPairs *headers,
                     MgProblems *problems);
