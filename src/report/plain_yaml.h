/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * A map in YAML that readers of YAML 1.1 and of YAML 1.2 read alike: a line each for its keys, all
 * that either would take for something else than a text in double quotes, and nothing but text in
 * its lines. Pure.
 */
#pragma once

#include <glib.h>

/* Appends a line `key: text`. Both are foreign text in UTF-8; `key` has at most 100 characters:
 * escaped that is what readers take at least. */
void mg_plain_yaml_text(GString *out, const gchar *key, const gchar *text);

/* The same with an integer, in decimal digits, of any size. */
void mg_plain_yaml_integer(GString *out, const gchar *key, const gchar *digits);
