/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Refused groups: whose mail was refused for good, run after run, with the reason of the last; and
 * which of them the operator has set aside. A group is known by its five columns, since directives
 * may join it from run to run. What is set aside is in no list of mg_pending_list(), until it is
 * brought back.
 *
 * The Python program knows nothing of it and tries these groups all the same.
 */
#pragma once

#include "database/connection.h"
#include "model/group.h"

/* How many runs in a row must have been refused before a group can be set aside. */
#define MG_REFUSED_RUNS 3

/* FALSE, without error, where the database lacks the table or the privileges. */
gboolean mg_refused_is_supported(MgConnection *connection, gboolean *supported,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

typedef struct {
    const MgGroup *group;
    const gchar *reason; /* as it is logged */
} MgRefusedNote;

/* This run was refused for good with each of these groups; committed by itself. A group that is
 * noted already counts one run more, but not twice for one run. Outside a transaction. Does nothing
 * where it is not supported. */
gboolean mg_refused_note(MgConnection *connection, gint64 run_id, const MgRefusedNote *notes,
                         gsize n_notes, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The mails of these groups (refused_id of MgGroup) were accepted, or refused for now: their runs
 * are no longer in a row. What `run_id` has noted itself, of another part of the group, stays.
 * Outside a transaction. */
gboolean mg_refused_forget(MgConnection *connection, gint64 run_id, const gint64 *refused_ids,
                           gsize n_ids, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Forgets groups of which nothing is pending any more: sent by somebody else, or removed. Does
 * nothing where it is not supported. */
gboolean mg_refused_tidy(MgConnection *connection, GError **error) G_GNUC_WARN_UNUSED_RESULT;

typedef struct {
    gint64 id;
    gchar *recipient_address; /* foreign text, as the others */
    gchar *template_name;
    gchar *notification_format;
    gchar *event_data_format;
    MgPairs *aggregate;
    guint n_runs; /* in a row */
    gint64 first_refused_at;
    gint64 last_refused_at;
    gchar *reason;        /* of the last run */
    gint64 set_aside_at;  /* MG_CLOCK_NONE: it is not */
    guint64 n_directives; /* that are pending; never 0 */
    gint64 oldest;        /* of these */
} MgRefused;

void mg_refused_free(MgRefused *refused);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgRefused, mg_refused_free)

/* All of which directives are pending, those set aside last; then by recipient. Empty where it is
 * not supported. (transfer full) (element-type MgRefused) */
GPtrArray *mg_refused_list(MgConnection *connection, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether any is set aside: cheap, no group is looked for. FALSE in `has` where the database keeps
 * none. */
gboolean mg_refused_has_set_aside(MgConnection *connection, gboolean *has,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* How many groups are set aside, and directives in them, of those that mg_refused_list() lists.
 * Where there are none, which is usual, it costs next to nothing. */
gboolean mg_refused_count_set_aside(MgConnection *connection, guint *n_groups,
                                    guint64 *n_directives,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

typedef enum {
    MG_REFUSED_FAILED, /* error set */
    MG_REFUSED_DONE,
    MG_REFUSED_NONE,    /* there is no such group */
    MG_REFUSED_EARLY,   /* fewer than MG_REFUSED_RUNS runs were refused so far */
    MG_REFUSED_ALREADY, /* it is so */
} MgRefusedChange;

/* From the next run on nobody tries the group. */
MgRefusedChange mg_refused_set_aside(MgConnection *connection, gint64 id,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The next run tries it again, and counts anew. */
MgRefusedChange mg_refused_bring_back(MgConnection *connection, gint64 id,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;
