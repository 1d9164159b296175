/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * A connection that speaks the Assuan protocol as gpg-agent does: commands and answers in lines.
 * For this folder only.
 *
 * After any failure the connection is of no use any more. It belongs to one thread at a time.
 */
#pragma once

#include <glib.h>

typedef struct MgAssuan MgAssuan;

/* Waits for the greeting, and never longer than a minute for anything. `fd` is a connected socket,
 * closed with it also where this fails. MG_ERROR_GROUP. (transfer full) */
MgAssuan *mg_assuan_new(int fd, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void mg_assuan_free(MgAssuan *assuan);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgAssuan, mg_assuan_free)

/* Sends a command, or several lines of them at once, each but the last ended by LF, and gives the
 * data of their answers; status lines ("S …") count as data where `with_status`. MG_ERROR_GROUP
 * with the other end's words. (transfer full) */
GBytes *mg_assuan_ask(MgAssuan *assuan, const gchar *commands, gboolean with_status,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;
