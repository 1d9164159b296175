/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "mime/reading.h"

#include <string.h>

#define HEAD                                                                                       \
    "From: =?utf-8?q?CERT_=C3=A4?= <noreply@cert.example>\r\nTo: abuse@isp.example\r\n"            \
    "Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n =?utf-8?q?_und?= more\r\nMIME-Version: 1.0\r\n"

#define TEXT_PART                                                                                  \
    "Content-Type: text/plain; charset=\"utf-8\"\r\n"                                              \
    "Content-Transfer-Encoding: quoted-printable\r\n\r\nGr=C3=BC=C3=9Fe,\r\na soft=\r\n break\r\n"

#define CSV_PART                                                                                   \
    "Content-Type: text/csv; charset=\"utf-8\"\r\nContent-Transfer-Encoding: quoted-printable\r\n" \
    "Content-Disposition: attachment; filename*=utf-8''ereign%C3%9F.csv\r\n\r\n"                   \
    "\"asn\"\r\n\"1\"\r\n"

#define MIXED                                                                                      \
    "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" TEXT_PART "\r\n--b\r\n" CSV_PART    \
    "\r\n--b--\r\n"

#define SIGNED                                                                                     \
    "Content-Type: multipart/signed; protocol=\"application/pgp-signature\"; micalg=pgp-sha256;"   \
    " boundary=s\r\n\r\n--s\r\n" MIXED "\r\n--s\r\nContent-Type: application/pgp-signature\r\n"    \
    "\r\n-----BEGIN PGP SIGNATURE-----\r\n\r\n--s--\r\n"

static MgReading *read_text(const gchar *text)
{
    g_autoptr(GBytes) wire = g_bytes_new_static(text, strlen(text));

    return mg_reading_new(wire);
}

static const MgReadingPart *part_at(const MgReading *reading, guint index)
{
    g_assert_cmpuint(index, <, reading->parts->len);
    return g_ptr_array_index(reading->parts, index);
}

static void assert_header(const MgReading *reading, const gchar *name, const gchar *text)
{
    const gchar *found = NULL;

    for (guint i = 0; i < reading->headers->len; i++) {
        const MgReadingHeader *header = g_ptr_array_index(reading->headers, i);
        if (g_str_equal(header->name, name))
            found = header->text;
    }
    g_assert_cmpstr(found, ==, text);
}

static void test_headers(void)
{
    g_autoptr(MgReading) reading = read_text(HEAD TEXT_PART);

    g_assert_cmpuint(reading->headers->len, ==, 3);
    assert_header(reading, "Subject", "Grüße und more");
    assert_header(reading, "From", "CERT ä <noreply@cert.example>");
    g_assert_false(reading->is_signed);
}

static void test_single(void)
{
    g_autoptr(MgReading) reading = read_text(HEAD TEXT_PART);

    g_assert_cmpuint(reading->parts->len, ==, 1);
    g_assert_true(mg_reading_part_is_body(part_at(reading, 0)));
    g_assert_cmpstr(part_at(reading, 0)->text, ==, "Grüße,\na soft break\n");
}

static void test_attachment(gconstpointer data)
{
    g_autoptr(MgReading) reading = read_text(data);

    g_assert_cmpuint(reading->parts->len, ==, 2);
    g_assert_true(mg_reading_part_is_body(part_at(reading, 0)));
    g_assert_false(mg_reading_part_is_body(part_at(reading, 1)));
    g_assert_cmpstr(part_at(reading, 1)->name, ==, "ereignß.csv");
    g_assert_cmpstr(part_at(reading, 1)->type, ==, "text/csv");
    g_assert_true(g_str_has_prefix(part_at(reading, 1)->text, "\"asn\"\n\"1\""));
    g_assert_cmpint(reading->is_signed, ==, strstr(data, "multipart/signed") != NULL);
}

static void test_other_charset(void)
{
    g_autoptr(MgReading) reading = read_text(
        "To: a@b.example\r\nContent-Type: text/plain; charset=iso-8859-1\r\n\r\n\xfc\r\n");
    g_autoptr(MgReading) unknown =
        read_text("To: a@b.example\r\nContent-Type: text/plain; charset=none-such\r\n\r\n\xfc\r\n");

    g_assert_cmpstr(part_at(reading, 0)->text, ==, "ü\n");
    g_assert_cmpstr(part_at(unknown, 0)->text, ==, "\xef\xbf\xbd\n");
}

static void test_clear_signed(void)
{
    g_autoptr(MgReading) reading =
        read_text("To: a@b.example\r\n\r\n-----BEGIN PGP SIGNED MESSAGE-----\r\n");

    g_assert_true(reading->is_signed);
}

/* Nothing but: no crash, and texts that are UTF-8. */
static void test_odd(void)
{
    static const gchar *const odd[] = {
        "",
        "\r\n",
        "\xff\xfe",
        "To: \xff\r\nSubject: =?utf-8?q?=FF=00?=\r\n\r\n\xff",
        HEAD "Content-Type: multipart/mixed\r\n\r\nno boundary",
        HEAD "Content-Type: multipart/signed; boundary=x\r\n\r\nnothing",
        HEAD "Content-Type: message/rfc822\r\n\r\nTo: x@y.example\r\n\r\nhello\r\n",
        HEAD "Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\n////\r\n",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(odd); i++) {
        g_autoptr(MgReading) reading = read_text(odd[i]);

        for (guint j = 0; j < reading->headers->len; j++) {
            const MgReadingHeader *header = g_ptr_array_index(reading->headers, j);
            g_assert_true(g_utf8_validate(header->text, -1, NULL));
        }
        for (guint j = 0; j < reading->parts->len; j++) {
            const MgReadingPart *part = part_at(reading, j);
            g_assert_true(part->text == NULL || g_utf8_validate(part->text, -1, NULL));
        }
    }
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/reading/headers", test_headers);
    g_test_add_func("/reading/single", test_single);
    g_test_add_data_func("/reading/mixed", HEAD MIXED, test_attachment);
    g_test_add_data_func("/reading/signed", HEAD SIGNED, test_attachment);
    g_test_add_func("/reading/other charset", test_other_charset);
    g_test_add_func("/reading/clear-signed", test_clear_signed);
    g_test_add_func("/reading/odd", test_odd);
    return g_test_run();
}
