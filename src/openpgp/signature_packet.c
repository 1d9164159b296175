/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "openpgp/signature_packet.h"

#include "base/error.h"

#include <string.h>

#define VERSION 4
#define BINARY_DOCUMENT 0x00

/* Packet tag 2 in the old format, with a length of one or two bytes. */
#define SHORT_HEAD 0x88
#define LONG_HEAD 0x89

#define FIXED_SIZE 6 /* version, class, algorithms, length of the hashed subpackets */

enum { TIME_SUBPACKET = 2 };

/* Creation time, expiry, issuer, notation, policy, keyserver, signer's user id, issuer's
 * fingerprint, key block. None depends on what is signed. */
static const guint8 known_subpackets[] = {2, 3, 16, 20, 24, 26, 28, 33, 38};

typedef struct {
    const guint8 *at;
    const guint8 *end;
} Reader;

void mg_signature_packet_free(MgSignaturePacket *packet)
{
    if (packet == NULL)
        return;
    g_clear_pointer(&packet->hashed, g_bytes_unref);
    g_clear_pointer(&packet->unhashed, g_bytes_unref);
    g_free(packet);
}

guint mg_signature_packet_n_numbers(MgSignatureAlgorithm algorithm)
{
    return algorithm == MG_SIGNATURE_RSA ? 1 : 2;
}

static gsize left(const Reader *reader)
{
    return (gsize)(reader->end - reader->at);
}

/* `size` bytes at once, most significant first; FALSE where there are not as many. */
static gboolean take(Reader *reader, guint size, guint32 *value)
{
    if (left(reader) < size)
        return FALSE;
    *value = 0;
    for (guint i = 0; i < size; i++)
        *value = *value << 8 | *reader->at++;
    return TRUE;
}

/* The length of the packet: the shorter form where that is enough, as gpg does it. */
static gboolean take_head(Reader *reader)
{
    guint32 head;
    guint32 length;

    if (!take(reader, 1, &head) || (head != SHORT_HEAD && head != LONG_HEAD))
        return FALSE;
    return take(reader, head == SHORT_HEAD ? 1 : 2, &length) && length == left(reader) &&
           (head == SHORT_HEAD || length > 0xff);
}

static gboolean take_subpacket_length(Reader *reader, guint32 *length)
{
    guint32 second;

    if (!take(reader, 1, length))
        return FALSE;
    if (*length == 255)
        return take(reader, 4, length);
    if (*length < 192)
        return TRUE;
    if (!take(reader, 1, &second))
        return FALSE;
    *length = ((*length - 192) << 8) + second + 192;
    return TRUE;
}

/* Counts creation times, and notes where the last one stands. */
static gboolean take_subpacket(Reader *reader, guint *n_times, const guint8 **time_at)
{
    guint32 length;
    guint32 type;

    if (!take_subpacket_length(reader, &length) || length == 0 || length > left(reader) ||
        !take(reader, 1, &type))
        return FALSE;
    type &= 0x7f; /* without the critical bit */
    if (memchr(known_subpackets, (int)type, sizeof known_subpackets) == NULL)
        return FALSE;
    if (type == TIME_SUBPACKET) {
        if (length != 5)
            return FALSE;
        (*n_times)++;
        *time_at = reader->at;
    }
    reader->at += length - 1;
    return TRUE;
}

/* An area of subpackets; `time_at` gets the place of its one creation time, NULL: it must have
 * none. */
static GBytes *take_area(Reader *reader, gsize *time_offset)
{
    const guint8 *time_at = NULL;
    guint n_times = 0;
    guint32 length;
    Reader area;

    if (!take(reader, 2, &length) || length > left(reader))
        return NULL;
    area = (Reader){reader->at, reader->at + length};
    while (area.at < area.end)
        if (!take_subpacket(&area, &n_times, &time_at))
            return NULL;
    if (n_times != (time_offset != NULL ? 1 : 0))
        return NULL;
    if (time_offset != NULL)
        *time_offset = (gsize)(time_at - reader->at);
    reader->at += length;
    return g_bytes_new(area.end - length, length);
}

static gboolean take_number(Reader *reader)
{
    guint32 bits;

    if (!take(reader, 2, &bits) || bits == 0 || (bits + 7) / 8 > left(reader))
        return FALSE;
    reader->at += (bits + 7) / 8;
    return TRUE;
}

static gboolean is_algorithm(guint32 algorithm)
{
    return algorithm == MG_SIGNATURE_RSA || algorithm == MG_SIGNATURE_ECDSA ||
           algorithm == MG_SIGNATURE_EDDSA;
}

static gboolean take_fixed(Reader *reader, MgSignaturePacket *packet)
{
    guint32 version, form, algorithm, digest;

    if (!take(reader, 1, &version) || !take(reader, 1, &form) || !take(reader, 1, &algorithm) ||
        !take(reader, 1, &digest))
        return FALSE;
    if (version != VERSION || form != BINARY_DOCUMENT || !is_algorithm(algorithm) || digest < 8 ||
        digest > 10)
        return FALSE;
    packet->algorithm = (MgSignatureAlgorithm)algorithm;
    packet->digest = (guint8)digest;
    return TRUE;
}

static gboolean take_packet(Reader *reader, MgSignaturePacket *packet)
{
    guint32 digest_begin;
    Reader time;

    if (!take_head(reader) || !take_fixed(reader, packet))
        return FALSE;
    packet->hashed = take_area(reader, &packet->time_offset);
    packet->unhashed = packet->hashed != NULL ? take_area(reader, NULL) : NULL;
    if (packet->unhashed == NULL || !take(reader, 2, &digest_begin))
        return FALSE;
    for (guint i = 0; i < mg_signature_packet_n_numbers(packet->algorithm); i++)
        if (!take_number(reader))
            return FALSE;
    time.at = (const guint8 *)g_bytes_get_data(packet->hashed, NULL) + packet->time_offset;
    time.end = time.at + 4;
    return take(&time, 4, &packet->time) && left(reader) == 0;
}

MgSignaturePacket *mg_signature_packet_read(GBytes *bytes, GError **error)
{
    g_autoptr(MgSignaturePacket) packet = g_new0(MgSignaturePacket, 1);
    gsize size = 0;
    const guint8 *data = g_bytes_get_data(bytes, &size);
    Reader reader = {data, size > 0 ? data + size : data};

    if (take_packet(&reader, packet))
        return g_steal_pointer(&packet);
    g_set_error(error, MG_ERROR, MG_ERROR_GROUP,
                "gpg's signature is of a kind that only gpg can make");
    return NULL;
}

static void append_number(GByteArray *out, gsize value, guint size)
{
    for (guint i = size; i-- > 0;) {
        guint8 byte = (guint8)(value >> (8 * i));

        g_byte_array_append(out, &byte, 1);
    }
}

static void append_bytes(GByteArray *out, GBytes *bytes)
{
    gsize size = 0;
    const guint8 *data = g_bytes_get_data(bytes, &size);

    g_byte_array_append(out, data, (guint)size);
}

/* All that is hashed after the content. */
static GByteArray *hashed_part(const MgSignaturePacket *packet, guint32 time)
{
    GByteArray *out = g_byte_array_new();
    gsize size = g_bytes_get_size(packet->hashed);
    const guint8 fixed[] = {VERSION, BINARY_DOCUMENT, (guint8)packet->algorithm, packet->digest};

    g_byte_array_append(out, fixed, sizeof fixed);
    append_number(out, size, 2);
    append_bytes(out, packet->hashed);
    for (guint i = 0; i < 4; i++)
        out->data[FIXED_SIZE + packet->time_offset + i] = (guint8)(time >> (8 * (3 - i)));
    return out;
}

GBytes *mg_signature_packet_digest(const MgSignaturePacket *packet, GBytes *content, guint32 time)
{
    static const GChecksumType types[] = {G_CHECKSUM_SHA256, G_CHECKSUM_SHA384, G_CHECKSUM_SHA512};
    GChecksumType type = types[packet->digest - 8];
    g_autoptr(GChecksum) checksum = g_checksum_new(type);
    g_autoptr(GByteArray) rest = hashed_part(packet, time);
    guint hashed_size = rest->len;
    gsize size = 0;
    const guint8 *bytes = g_bytes_get_data(content, &size);
    gsize length = (gsize)g_checksum_type_get_length(type);
    guint8 *digest = g_malloc(length);

    append_number(rest, VERSION, 1);
    append_number(rest, 0xff, 1);
    append_number(rest, hashed_size, 4);
    if (size > 0)
        g_checksum_update(checksum, bytes, (gssize)size);
    g_checksum_update(checksum, rest->data, rest->len);
    g_checksum_get_digest(checksum, digest, &length);
    return g_bytes_new_take(digest, length);
}

static void append_mpi(GByteArray *out, GBytes *number)
{
    gsize size = 0;
    const guint8 *bytes = g_bytes_get_data(number, &size);
    guint bits;

    for (; size > 0 && *bytes == 0; size--)
        bytes++;
    bits = size > 0 ? (guint)(size - 1) * 8 + g_bit_storage(*bytes) : 0;
    append_number(out, bits, 2);
    g_byte_array_append(out, bytes, (guint)size);
}

GBytes *mg_signature_packet_write(const MgSignaturePacket *packet, guint32 time, GBytes *digest,
                                  GPtrArray *numbers)
{
    g_autoptr(GByteArray) body = hashed_part(packet, time);
    GByteArray *out = g_byte_array_new();

    append_number(body, g_bytes_get_size(packet->unhashed), 2);
    append_bytes(body, packet->unhashed);
    g_byte_array_append(body, g_bytes_get_data(digest, NULL), 2);
    for (guint i = 0; i < numbers->len; i++)
        append_mpi(body, numbers->pdata[i]);
    append_number(out, body->len > 0xff ? LONG_HEAD : SHORT_HEAD, 1);
    append_number(out, body->len, body->len > 0xff ? 2 : 1);
    g_byte_array_append(out, body->data, body->len);
    return g_byte_array_free_to_bytes(out);
}
