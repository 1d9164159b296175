/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * The fleet: the SMTP sessions of a run, and the threads that wait for the mail server with them.
 * The workers share it: one that has several groups to send has them sent over several sessions at
 * once, so that a server that takes its time is waited for once a lot, and neither database
 * sessions nor workers are needed for it.
 *
 * For any thread.
 */
#pragma once

#include "model/settings.h"
#include "smtp/session.h"

#define MG_FLEET_MOST 16 /* sessions, where the settings name no number */

typedef struct MgFleet MgFleet;

/* Connects nowhere yet. `most`: sessions at once, 0 for as many as pay. `settings` must outlive the
 * fleet. Errors are those of mg_session_new(). */
MgFleet *mg_fleet_new(const MgSmtpSettings *settings, guint most,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* (nullable); says QUIT on all sessions at once. */
void mg_fleet_free(MgFleet *fleet);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgFleet, mg_fleet_free)

/* So many sessions at once there may be; less once the server has turned one away. */
guint mg_fleet_most(MgFleet *fleet);

/* Whether there is a session that nobody uses, or may be one. */
gboolean mg_fleet_has_room(MgFleet *fleet);

/* Does a piece of work with `session`, which nobody else has meanwhile. FALSE: there is none left
 * to do. */
typedef gboolean (*MgFleetWork)(MgSession *session, gpointer data);

/* Calls `work` until it says FALSE: in this thread, which waits until it can have a session, and in
 * up to `at_once` - 1 others, as far as sessions are to be had. Returns when all have ended, with
 * how many have done something. `fleet` NULL: in this thread alone, with session NULL. */
guint mg_fleet_work(MgFleet *fleet, guint at_once, MgFleetWork work, gpointer data);

/* The size of mails, in bytes, above which none is taken, as far as it is known: what the server
 * announced, and what mg_fleet_note_too_large() has learnt; G_MAXSIZE: no limit is known. */
gsize mg_fleet_most_bytes(MgFleet *fleet);
/* Connects where nobody has yet, so that the server has announced what it does. Errors are those of
 * mg_session_probe(). */
gboolean mg_fleet_ask(MgFleet *fleet, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The server has refused a mail of so many bytes for its size, whatever it announced: for the rest
 * of the run half of that is the limit. */
void mg_fleet_note_too_large(MgFleet *fleet, gsize bytes);

/* In MgFleetWork, which then says FALSE: the server wants no mail by `session`, for `reason`. TRUE
 * where there are others, so that they may have the mail: the server may take only so many
 * connections at once, so there is none in its place; the first time that is logged. FALSE where it
 * is the last one: it is kept, and nothing is logged. */
gboolean mg_fleet_retire(MgFleet *fleet, MgSession *session, const GError *reason);
