/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * The two kinds of text that are read, and what is said of mistakes in them. Pure.
 */
#pragma once

#include <glib.h>

typedef enum {
    MG_DIALECT_YAML, /* YAML 1.2 */
    MG_DIALECT_JSON, /* JSON (RFC 8259) and nothing that only YAML has */
} MgDialect;

/* The message of a complaint: the library's, which speaks of YAML's specification, put into words
 * for who has just typed the file. NULL: the library has not said what is wrong. (transfer full) */
gchar *mg_dialect_explain(MgDialect dialect, const gchar *library_message);
