/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "cli/own_output.h"

#include <unistd.h>

FILE *mg_own_output_take(void)
{
    int taken = dup(STDOUT_FILENO);
    FILE *own = taken >= 0 ? fdopen(taken, "w") : NULL;

    if (own == NULL || dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
        return stdout;
    return own;
}
