/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Errors: a code says what the caller must do, the message says what happened.
 *
 * Every function that can fail takes a GError ** last and reports in domain MG_ERROR. The message
 * is lower case, without a full stop, names the thing and the value, and holds foreign text only
 * after mg_error_quote(). Advice for the operator stands on a line of its own that begins "HINT: ".
 */
#pragma once

#include <glib.h>

#define MG_ERROR (mg_error_quark())

typedef enum {
    MG_ERROR_SETUP,           /* the set-up must be mended; nothing is sent */
    MG_ERROR_RUN,             /* end the run, keep what is recorded */
    MG_ERROR_GROUP,           /* this group stays pending, go on with the next */
    MG_ERROR_RETRY,           /* nothing has happened; may work on another connection */
    MG_ERROR_UNKNOWN_OUTCOME, /* may have happened: never do it again unasked */
} MgErrorCode;

GQuark mg_error_quark(void);

/* Whether what failed was refused for the time being only, so that the very same may be taken
 * another day; a copy of the error says so, too. */
gboolean mg_error_may_pass(const GError *error);
void mg_error_set_may_pass(GError *error);

/* Whether the mail was refused for good, so that the very same will be refused another day; a copy
 * of the error says so, too. */
gboolean mg_error_is_for_good(const GError *error);
void mg_error_set_for_good(GError *error);

/* Whether nothing failed, but the operator's own brake holds; a copy of the error says so, too. */
gboolean mg_error_is_brake(const GError *error);
void mg_error_set_brake(GError *error);

/* Whether the mail was refused for its size; a copy of the error says so, too. */
gboolean mg_error_is_about_size(const GError *error);
void mg_error_set_about_size(GError *error);

/* Foreign text made safe for messages: in single quotes, control characters and bytes that are not
 * UTF-8 as \xNN, cut after 200 characters. NULL gives "none" without quotes. (transfer full) */
gchar *mg_error_quote(const gchar *text);

/* The same for the `length` bytes at `bytes`, which need no final NUL and may hold NUL. */
gchar *mg_error_quote_bytes(const gchar *bytes, gsize length);

/* The same without the quotes. */
gchar *mg_error_escape_bytes(const gchar *bytes, gsize length);

/* Whether a character may be shown as it is: not so where it steers a terminal,
 * changes the direction of writing or cannot be seen, such as tags and what has no width. */
gboolean mg_error_is_harmless(gunichar character);

/* Text of several lines, such as a script's traceback, with what mg_error_quote() would show
 * escaped shown so too, but for line feeds and tabs; whole, and without quotes. */
gchar *mg_error_tame(const gchar *text);
