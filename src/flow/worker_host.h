/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * What a worker offers to format scripts (formats/host.h): the functions of stages 3 to 6.
 */
#pragma once

#include "formats/host.h"

const MgHostClass *mg_worker_host_class(void);
