/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Stage 4, render: Python's string.Template text with dots in names (contract 6).
 */
#pragma once

#include "model/pairs.h"

typedef struct MgTemplate MgTemplate; /* immutable; for any thread; reference counted */

/* Takes subject and body as they stand. `origin` names them in error messages: a file or a format.
 */
MgTemplate *mg_template_new(const gchar *origin, const gchar *subject, const gchar *body);

/* Splits a file's text: the first non-empty line, stripped, is the subject; the rest, stripped,
 * plus one newline, the body. MG_ERROR_GROUP where the text is not UTF-8 or holds no subject. */
MgTemplate *mg_template_parse(const gchar *origin, const gchar *text, gsize length, GError **error);

MgTemplate *mg_template_ref(MgTemplate *template);
void mg_template_unref(MgTemplate *template);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgTemplate, mg_template_unref)

const gchar *mg_template_subject(const MgTemplate *template);
const gchar *mg_template_body(const MgTemplate *template);

/* Replaces the names in subject and body; a NULL text gives `None`. Values are never expanded
 * again. MG_ERROR_GROUP naming origin, part, line and column for an unknown name ("KeyError:
 * 'name'") or a
 * `$` that starts none ("ValueError: Invalid placeholder in string: line L, col C"). */
gboolean mg_template_expand(const MgTemplate *template, const MgPairs *names, gchar **subject,
                            gchar **body, GError **error);

/* The same for one text, as formats' conditional substitutions need it. (transfer full) */
gchar *mg_template_expand_text(const gchar *origin, const gchar *text, const MgPairs *names,
                               GError **error);
