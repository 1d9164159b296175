/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Which known word was meant by one that is not known. Pure.
 */
#pragma once

#include <glib.h>

/* How many slips of the finger lie between two words: a letter missing, too many, wrong, or two
 * exchanged. G_MAXUINT for words of more than 100 bytes. */
guint mg_guess_distance(const gchar *typed, const gchar *meant);

/* The nearest of the NULL-terminated `known`, the first of those equally near, up to two slips away
 * and half of the word; in other letter case it is as good as the word itself. (nullable) */
const gchar *mg_guess_nearest(const gchar *typed, const gchar *const *known);
