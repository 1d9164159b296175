/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * What gpg and gpg-agent answer: an armored signature with its packet, and the numbers of a signature.
 * The first byte chooses.
 */
#include "openpgp/armor.h"
#include "openpgp/signature_packet.h"
#include "openpgp/signature_value.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What was accepted is written again just as it was, but for the numbers, which are not kept. */
static void read_packet(GBytes *bytes)
{
    g_autoptr(MgSignaturePacket) packet = mg_signature_packet_read(bytes, NULL);
    g_autoptr(GPtrArray) numbers = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    g_autoptr(GBytes) written = NULL;
    g_autoptr(GBytes) digest = NULL;
    g_autoptr(MgSignaturePacket) again = NULL;

    if (packet == NULL)
        return;
    digest = mg_signature_packet_digest(packet, bytes, packet->time);
    for (guint i = 0; i < mg_signature_packet_n_numbers(packet->algorithm); i++)
        g_ptr_array_add(numbers, g_bytes_new_static("\0\x01\x02", 3));
    written = mg_signature_packet_write(packet, packet->time, digest, numbers);
    again = mg_signature_packet_read(written, NULL);
    g_assert_nonnull(again);
    g_assert_cmpuint(again->time, ==, packet->time);
    g_assert_true(g_bytes_equal(again->hashed, packet->hashed));
}

static void read_armor(GBytes *bytes)
{
    g_autofree gchar *head = NULL;
    g_autoptr(GBytes) data = mg_armor_read(bytes, &head);

    if (data != NULL)
        read_packet(data);
}

static void read_value(GBytes *bytes, MgSignatureAlgorithm algorithm)
{
    g_autoptr(GPtrArray) numbers = mg_signature_value_read(bytes, algorithm, NULL);

    if (numbers != NULL)
        g_assert_cmpuint(numbers->len, ==, mg_signature_packet_n_numbers(algorithm));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GBytes) bytes = NULL;

    if (size == 0)
        return 0;
    bytes = g_bytes_new(data + 1, size - 1);
    switch (*data) {
    case 'a':
        read_armor(bytes);
        break;
    case 'p':
        read_packet(bytes);
        break;
    default:
        read_value(bytes, MG_SIGNATURE_RSA);
        read_value(bytes, MG_SIGNATURE_EDDSA);
    }
    return 0;
}
