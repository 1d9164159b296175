/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * A limit of `safety` that a run would exceed, and by how much.
 */
#pragma once

#include <glib.h>

typedef struct {
    const gchar *setting; /* `safety.max_mails_per_run`; static */
    guint limit;
    gsize found;      /* more than `limit` */
    gchar *recipient; /* (nullable): whose mails these are, in small letters */
    gchar *text;      /* all of it in words, for people: foreign text quoted */
} MgExcess;

/* (transfer full) */
MgExcess *mg_excess_new(const gchar *setting, guint limit, gsize found, const gchar *recipient,
                        const gchar *text);
void mg_excess_free(MgExcess *excess);
