/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Runs gpg, one process an operation. For this folder only.
 *
 * gpgme is not used: it forks the whole process for each signature, twice, which in a process of
 * 100 MB costs more than gpg itself, and cannot be told a subkey. Here a process is spawned without
 * a copy of the caller's memory. Nothing but the home directory, options of ours and the key's
 * fingerprint reaches a command line.
 *
 * A MgGpg belongs to one thread.
 */
#pragma once

#include <glib.h>

typedef struct MgGpg MgGpg;

/* gpg over `home`; its words speak of `shown_home` instead, the one that the operator knows.
 * MG_ERROR_SETUP where gpg is not installed, MG_ERROR_RUN without resources. (transfer full) */
MgGpg *mg_gpg_new(const gchar *home, const gchar *shown_home,
                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
void mg_gpg_free(MgGpg *gpg);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgGpg, mg_gpg_free)

typedef struct {
    gboolean succeeded; /* exit status 0, or not known since something else reaped the process */
    GBytes *output;
    gchar *status;      /* the lines of --status-fd, "[GNUPG:] KEYWORD arguments" */
    gchar *words;       /* what it wrote to standard error, quoted, in one line; or "nothing" */
    gboolean is_silent; /* it wrote nothing there */
} MgGpgResult;

void mg_gpg_result_free(MgGpgResult *result);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgGpgResult, mg_gpg_result_free)

/* Runs gpg over the home directory with `arguments` (NULL-terminated) and `input` (nullable) as its
 * standard input. It never asks for a passphrase, writes nothing in the home directory and does not
 * get the terminal's signals. MG_ERROR_GROUP where it cannot be started or does not end within a
 * minute. (transfer full) */
MgGpgResult *mg_gpg_run(MgGpg *gpg, const gchar *const *arguments, GBytes *input,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether gpg says Good to exactly one detached, armored or binary signature over `content`, as a
 * stranger's gpg would that has the key but not our gpg.conf. MG_ERROR_GROUP with its words. */
gboolean mg_gpg_verify(MgGpg *gpg, GBytes *content, GBytes *signature,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* After a failure of `arguments`: whether gpg.conf is what makes gpg fail. Either gpg cannot read
 * it at all, or it does what it is asked without it. */
gboolean mg_gpg_fails_by_options(MgGpg *gpg, const gchar *const *arguments, GBytes *input);

/* The home directory that the operator knows. */
const gchar *mg_gpg_shown_home(const MgGpg *gpg);
