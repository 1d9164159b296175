/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * One OpenPGP signature packet (RFC 4880, 5.2.3), read strictly and written as gpg writes it. For
 * this folder only.
 */
#pragma once

#include <glib.h>

/* RFC 4880, 9.1, and RFC 6637. */
typedef enum {
    MG_SIGNATURE_RSA = 1,
    MG_SIGNATURE_ECDSA = 19,
    MG_SIGNATURE_EDDSA = 22,
} MgSignatureAlgorithm;

typedef struct {
    MgSignatureAlgorithm algorithm;
    guint8 digest; /* RFC 4880, 9.4: SHA-256, -384 or -512 */
    guint32 time;  /* seconds since 1970 */
    GBytes *hashed;
    gsize time_offset; /* of the creation time in `hashed` */
    GBytes *unhashed;
} MgSignaturePacket;

/* Accepted is exactly one version 4 signature over a binary document, by RSA, ECDSA or EdDSA, with
 * SHA-256, -384 or -512, one creation time, and no subpackets but those that depend on nothing
 * except the key and gpg.conf. The signature's numbers are looked at but not kept. MG_ERROR_GROUP.
 * (transfer full) */
MgSignaturePacket *mg_signature_packet_read(GBytes *bytes,
                                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
void mg_signature_packet_free(MgSignaturePacket *packet);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgSignaturePacket, mg_signature_packet_free)

/* The digest that a signature made at `time` signs. (transfer full) */
GBytes *mg_signature_packet_digest(const MgSignaturePacket *packet, GBytes *content, guint32 time);

/* The packet with another time, the beginning of its digest, and its numbers (of GBytes, big
 * endian, leading zeros allowed). (transfer full) */
GBytes *mg_signature_packet_write(const MgSignaturePacket *packet, guint32 time, GBytes *digest,
                                  GPtrArray *numbers);

/* How many numbers a signature has: 1 for RSA, else 2. */
guint mg_signature_packet_n_numbers(MgSignatureAlgorithm algorithm);
