/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Subjects for a list: many begin alike, and what tells them apart must not be what is cut off.
 * Pure.
 */
#pragma once

#include <glib.h>

/* The subjects, each of at most `limit` characters, which is 20 or more: a long one that is like
 * another up to there loses a piece of the middle, so that the first word in which it differs is
 * seen; any other its end. `subjects`: NULL-terminated, tame UTF-8. (transfer full) (array
 * zero-terminated=1) */
gchar **mg_subject_text_shorten(gchar *const *subjects, glong limit);
