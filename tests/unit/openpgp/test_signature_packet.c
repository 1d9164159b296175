/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "openpgp/signature_packet.h"

#include "base/error.h"

#include <string.h>

/* Hex: the head and its length are put before it. */
#define TIME                                                                                       \
    "0502"                                                                                         \
    "5f000000"
#define ISSUER                                                                                     \
    "0910"                                                                                         \
    "0123456789abcdef"
#define RSA_NUMBER                                                                                 \
    "0009"                                                                                         \
    "01ff"
#define TWO_NUMBERS                                                                                \
    "0008"                                                                                         \
    "80"                                                                                           \
    "0001"                                                                                         \
    "01"

static const struct {
    const gchar *name;
    const gchar *body;
    gboolean accepted;
} packets[] = {
    {"RSA",
     "04000108"
     "0006" TIME "000a" ISSUER "abcd" RSA_NUMBER,
     TRUE},
    {"ECDSA",
     "04001309"
     "0006" TIME "000a" ISSUER "abcd" TWO_NUMBERS,
     TRUE},
    {"EdDSA",
     "0400160a"
     "0006" TIME "000a" ISSUER "abcd" TWO_NUMBERS,
     TRUE},
    {"no unhashed",
     "0400160a"
     "0006" TIME "0000"
     "abcd" TWO_NUMBERS,
     TRUE},
    {"critical",
     "0400160a"
     "0006"
     "0582"
     "5f000000"
     "0000"
     "abcd" TWO_NUMBERS,
     TRUE},
    {"notation before",
     "0400160a"
     "000a"
     "0314"
     "aabb" TIME "0000"
     "abcd" TWO_NUMBERS,
     TRUE},
    {"long length",
     "0400160a"
     "000b"
     "ff00000005"
     "02"
     "5f000000"
     "ff"
     "0000"
     "abcd" TWO_NUMBERS,
     FALSE},
    {"length in five",
     "0400160a"
     "000a"
     "ff00000005"
     "02"
     "5f000000"
     "0000"
     "abcd" TWO_NUMBERS,
     TRUE},
    {"DSA",
     "04001108"
     "0006" TIME "0000"
     "abcd" TWO_NUMBERS,
     FALSE},
    {"version 3",
     "03000108"
     "0006" TIME "0000"
     "abcd" RSA_NUMBER,
     FALSE},
    {"version 5",
     "05000108"
     "0006" TIME "0000"
     "abcd" RSA_NUMBER,
     FALSE},
    {"text",
     "04010108"
     "0006" TIME "0000"
     "abcd" RSA_NUMBER,
     FALSE},
    {"MD5",
     "04000101"
     "0006" TIME "0000"
     "abcd" RSA_NUMBER,
     FALSE},
    {"SHA-1",
     "04000102"
     "0006" TIME "0000"
     "abcd" RSA_NUMBER,
     FALSE},
    {"SHA-224",
     "0400010b"
     "0006" TIME "0000"
     "abcd" RSA_NUMBER,
     FALSE},
    {"no time",
     "0400160a"
     "000a" ISSUER "0000"
     "abcd" TWO_NUMBERS,
     FALSE},
    {"two times",
     "0400160a"
     "000c" TIME TIME "0000"
     "abcd" TWO_NUMBERS,
     FALSE},
    {"time not hashed",
     "0400160a"
     "000a" ISSUER "0006" TIME "abcd" TWO_NUMBERS,
     FALSE},
    {"time twice",
     "0400160a"
     "0006" TIME "0006" TIME "abcd" TWO_NUMBERS,
     FALSE},
    {"short time",
     "0400160a"
     "0005"
     "0402"
     "5f0000"
     "0000"
     "abcd" TWO_NUMBERS,
     FALSE},
    {"unknown subpacket",
     "0400160a"
     "0008" TIME "0119"
     "0000"
     "abcd" TWO_NUMBERS,
     FALSE},
    {"embedded signature",
     "0400160a"
     "0009" TIME "022000"
     "0000"
     "abcd" TWO_NUMBERS,
     FALSE},
    {"empty subpacket",
     "0400160a"
     "0007" TIME "00"
     "0000"
     "abcd" TWO_NUMBERS,
     FALSE},
    {"subpacket too long",
     "0400160a"
     "0008" TIME "0910"
     "0000"
     "abcd" TWO_NUMBERS,
     FALSE},
    {"huge subpacket",
     "0400160a"
     "000b" TIME "ffffffffff"
     "0000"
     "abcd" TWO_NUMBERS,
     FALSE},
    {"area too long",
     "0400160a"
     "00ff" TIME "0000"
     "abcd" TWO_NUMBERS,
     FALSE},
    {"one number",
     "0400160a"
     "0006" TIME "0000"
     "abcd" RSA_NUMBER,
     FALSE},
    {"two numbers",
     "04000108"
     "0006" TIME "0000"
     "abcd" TWO_NUMBERS,
     FALSE},
    {"no number",
     "04000108"
     "0006" TIME "0000"
     "abcd"
     "0000",
     FALSE},
    {"something after it",
     "04000108"
     "0006" TIME "0000"
     "abcd" RSA_NUMBER "00",
     FALSE},
    {"nothing", "", FALSE},
};

static GByteArray *from_hex(const gchar *hex)
{
    GByteArray *bytes = g_byte_array_new();

    for (; *hex != '\0'; hex += 2) {
        guint8 byte = (guint8)(g_ascii_xdigit_value(hex[0]) << 4 | g_ascii_xdigit_value(hex[1]));

        g_byte_array_append(bytes, &byte, 1);
    }
    return bytes;
}

static GBytes *packet_of(const gchar *body)
{
    GByteArray *bytes = from_hex(body);
    const guint8 head[] = {0x88, (guint8)bytes->len};

    g_byte_array_prepend(bytes, head, sizeof head);
    return g_byte_array_free_to_bytes(bytes);
}

static void test_acceptance(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(packets); i++) {
        g_autoptr(GBytes) bytes = packet_of(packets[i].body);
        g_autoptr(GError) error = NULL;
        g_autoptr(MgSignaturePacket) packet = mg_signature_packet_read(bytes, &error);

        g_test_message("%s", packets[i].name);
        g_assert_cmpint(packet != NULL, ==, packets[i].accepted);
        if (packet == NULL) {
            g_assert_error(error, MG_ERROR, MG_ERROR_GROUP);
            continue;
        }
        g_assert_cmpuint(packet->time, ==, 0x5f000000);
    }
}

/* Cut anywhere, with any other length, or in another form. */
static void test_broken(void)
{
    g_autoptr(GBytes) bytes = packet_of(packets[0].body);
    gsize size;
    const guint8 *data = g_bytes_get_data(bytes, &size);

    for (gsize length = 0; length < size; length++) {
        g_autoptr(GBytes) cut = g_bytes_new_from_bytes(bytes, 0, length);
        g_autoptr(GBytes) resized = NULL;
        g_autofree guint8 *copy = g_memdup2(data, size);

        g_assert_null(mg_signature_packet_read(cut, NULL));
        copy[1] = (guint8)length;
        resized = g_bytes_new(copy, size);
        if (length != size - 2)
            g_assert_null(mg_signature_packet_read(resized, NULL));
    }
    for (guint head = 0; head < 256; head++) {
        g_autofree guint8 *copy = g_memdup2(data, size);
        g_autoptr(GBytes) other = NULL;
        g_autoptr(MgSignaturePacket) packet = NULL;

        copy[0] = (guint8)head;
        other = g_bytes_new(copy, size);
        packet = mg_signature_packet_read(other, NULL);
        g_assert_cmpint(packet != NULL, ==, head == 0x88);
    }
}

static GBytes *number_of(const gchar *hex)
{
    return g_byte_array_free_to_bytes(from_hex(hex));
}

/* Leading zeros are stripped and bits counted; longer packets get the longer head. */
static void test_write(void)
{
    g_autoptr(GBytes) bytes = packet_of(packets[0].body);
    g_autoptr(MgSignaturePacket) packet = mg_signature_packet_read(bytes, NULL);
    g_autoptr(GPtrArray) numbers = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    g_autoptr(GBytes) digest = number_of("abcdef");
    g_autoptr(GBytes) same = NULL;
    g_autoptr(GBytes) later = NULL;
    g_autoptr(GBytes) longer = NULL;
    g_autoptr(MgSignaturePacket) read = NULL;
    GByteArray *large = g_byte_array_new();

    g_ptr_array_add(numbers, number_of("000001ff"));
    same = mg_signature_packet_write(packet, 0x5f000000, digest, numbers);
    g_assert_true(g_bytes_equal(same, bytes));
    later = mg_signature_packet_write(packet, 0x5f000001, digest, numbers);
    read = mg_signature_packet_read(later, NULL);
    g_assert_cmpuint(read->time, ==, 0x5f000001);

    g_byte_array_set_size(large, 300);
    memset(large->data, 0x7f, large->len);
    g_ptr_array_set_size(numbers, 0);
    g_ptr_array_add(numbers, g_byte_array_free_to_bytes(large));
    longer = mg_signature_packet_write(packet, 0x5f000000, digest, numbers);
    g_assert_cmpint(*(const guint8 *)g_bytes_get_data(longer, NULL), ==, 0x89);
    g_clear_pointer(&read, mg_signature_packet_free);
    read = mg_signature_packet_read(longer, NULL);
    g_assert_nonnull(read);
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/signature_packet/acceptance", test_acceptance);
    g_test_add_func("/signature_packet/broken", test_broken);
    g_test_add_func("/signature_packet/write", test_write);
    return g_test_run();
}
