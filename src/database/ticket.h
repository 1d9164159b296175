/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Ticket numbers: YYYYMMDD-NNNNNNNN, the day in UTC.
 *
 * A number is valid together with its day only while nobody can restart the sequence: drawing and
 * looking at ticket_day happen in one short transaction that holds off restarts, by this program on
 * any machine as well as by the Python program. A number that is drawn and not used is a gap.
 */
#pragma once

#include "database/connection.h"

/* `n` numbers of one day that nobody else gets, whatever is rolled back afterwards: drawn and
 * committed in one go. Connection and errors as with mg_ticket_draw(). NULL-terminated. (transfer
 * full) */
gchar **mg_ticket_draw_many(MgConnection *connection, guint n,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A number that nobody else gets, whatever is rolled back afterwards: drawn and committed on this
 * connection, which must be outside a transaction. The first of a day restarts the sequence. On a
 * borrowed connection it is drawn inside the owner's transaction, with the consequences that the
 * Python program has: rolled back, a restart is undone. (transfer full)
 * MG_ERROR_RUN where ticket_day lies in the future or has no row, or where another program keeps
 * the sequence locked for longer than a minute (a run of the Python program, on the first of a day,
 * does so until its end). */
gchar *mg_ticket_draw(MgConnection *connection, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same in two steps, so that the round trip overlaps with work on another connection: start
 * sends, finish waits. Errors come from finish. Where a draw has been started and not finished,
 * start does nothing: finish then gives that number, also much later. Other functions may be called
 * on the connection in between. */
void mg_ticket_draw_start(MgConnection *connection);
gchar *mg_ticket_draw_finish(MgConnection *connection, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The number that mg_ticket_draw() would give, without drawing it: for dry runs. Writes nothing.
 * (transfer full) MG_ERROR_RUN as above. */
gchar *mg_ticket_peek(MgConnection *connection, GError **error) G_GNUC_WARN_UNUSED_RESULT;
