/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * What all signatures of a run have in common, learnt from one that gpg made: its armor's head and
 * its packet, but for the time, the digest and the numbers. So gpg.conf holds without gpg being
 * run. For this folder only; immutable once made, for any thread.
 */
#pragma once

#include "openpgp/signature_packet.h"

typedef struct {
    gchar *head; /* of the armor */
    MgSignaturePacket *packet;
} MgSignatureTemplate;

/* MG_ERROR_GROUP where `armored` is no signature of a kind that can be completed. (transfer
 * full) */
MgSignatureTemplate *mg_signature_template_new(GBytes *armored,
                                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
void mg_signature_template_free(MgSignatureTemplate *template);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgSignatureTemplate, mg_signature_template_free)

/* The armored signature made at `time` over a content with `digest`, from the answer of who has the
 * key. MG_ERROR_GROUP. (transfer full) */
GBytes *mg_signature_template_complete(const MgSignatureTemplate *template, guint32 time,
                                       GBytes *digest, GBytes *answer,
                                       GError **error) G_GNUC_WARN_UNUSED_RESULT;
