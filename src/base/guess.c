/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "base/guess.h"

#include <string.h>

#define LENGTH_LIMIT 100 /* as directives have it */
#define SLIPS_LIMIT 2

typedef guint Row[LENGTH_LIMIT + 1];

/* The distances of typed[0 … i] to each beginning of `meant`, from those of the two beginnings
 * before it. */
static void fill(Row row, const Row before, const Row two_before, const gchar *typed, gsize i,
                 const gchar *meant)
{
    row[0] = (guint)i + 1;
    for (gsize j = 0; meant[j] != '\0'; j++) {
        guint changed = before[j] + (typed[i] == meant[j] ? 0 : 1);
        guint best = MIN(changed, MIN(before[j + 1], row[j]) + 1);

        if (i > 0 && j > 0 && typed[i] == meant[j - 1] && typed[i - 1] == meant[j])
            best = MIN(best, two_before[j - 1] + 1);
        row[j + 1] = best;
    }
}

guint mg_guess_distance(const gchar *typed, const gchar *meant)
{
    Row rows[3];
    gsize length = strlen(typed);

    if (length > LENGTH_LIMIT || strlen(meant) > LENGTH_LIMIT)
        return G_MAXUINT;
    memset(rows, 0, sizeof rows);
    for (guint j = 0; j <= strlen(meant); j++)
        rows[0][j] = j;
    for (gsize i = 0; i < length; i++)
        fill(rows[(i + 1) % 3], rows[i % 3], rows[(i + 2) % 3], typed, i, meant);
    return rows[length % 3][strlen(meant)];
}

/* What is too much longer or shorter needs no closer look. */
static gboolean may_be_near(const gchar *typed, const gchar *meant, guint best)
{
    gsize a = strlen(typed);
    gsize b = strlen(meant);

    return (a > b ? a - b : b - a) < best;
}

const gchar *mg_guess_nearest(const gchar *typed, const gchar *const *known)
{
    const gchar *found = NULL;
    guint best = MIN(SLIPS_LIMIT, (guint)strlen(typed) / 2) + 1;

    for (gsize i = 0; best > 0 && known[i] != NULL; i++) {
        guint away;
        if (!may_be_near(typed, known[i], best))
            continue;
        away = g_ascii_strcasecmp(typed, known[i]) == 0 ? 0 : mg_guess_distance(typed, known[i]);
        if (away < best) {
            best = away;
            found = known[i];
        }
    }
    return found;
}
