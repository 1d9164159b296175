/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Stage 4, render: Python's string.Template text with dots in names (mailgen-templates(5)).
 *
 * What fails in a template says so as Python does, after its place:
 *     ORIGIN: body, line 5, column 3: KeyError: 'name'
 *     ORIGIN: body, line 5, column 3: ValueError: Invalid placeholder in string: line 3, col 3
 * First stands the place in the file, last Python's own text, whose lines are those of the subject
 * or body alone. A line "HINT: …" may follow.
 */
#pragma once

#include "model/pairs.h"

typedef struct MgTemplate MgTemplate; /* immutable; for any thread; reference counted */

/* Takes subject and body as they stand, UTF-8. `origin` names them in error messages: a file, a
 * format; foreign text in it is quoted already. */
MgTemplate *mg_template_new(const gchar *origin, const gchar *subject, const gchar *body);

/* Splits a file's text: the first line that is not blank, stripped, is the subject; the rest,
 * stripped, plus one newline, the body. Lines may end with "\n", "\r\n" or "\r"; a byte order mark
 * is dropped; blank and stripped is what Python's str.strip() takes away. MG_ERROR_GROUP where the
 * text is not UTF-8, holds a NUL, or has no subject. */
MgTemplate *mg_template_parse(const gchar *origin, const gchar *text, gsize length,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same for a text that a caller gives: what stands behind the subject's line is the body, blank
 * lines at its beginning included, so that the caller's lines are those of error messages. */
MgTemplate *mg_template_parse_given(const gchar *origin, const gchar *text, gsize length,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

MgTemplate *mg_template_ref(MgTemplate *template);
void mg_template_unref(MgTemplate *template);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgTemplate, mg_template_unref)

/* As they are in the template, names not replaced. */
const gchar *mg_template_subject(const MgTemplate *template);
const gchar *mg_template_body(const MgTemplate *template);

/* Replaces the names in subject and body; a NULL text gives `None`. Values are never expanded
 * again. MG_ERROR_GROUP as shown above for an unknown name and for a `$` that starts none; *subject
 * and *body are NULL then. */
gboolean mg_template_expand(const MgTemplate *template, const MgPairs *names, gchar **subject,
                            gchar **body, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same for one text, as formats' conditional substitutions need it; the place in a message has
 * no "subject" or "body" then. (transfer full) */
gchar *mg_template_expand_text(const gchar *origin, const gchar *text, const MgPairs *names,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
