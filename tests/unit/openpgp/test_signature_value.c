/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "openpgp/signature_value.h"

#include "base/error.h"

#include <string.h>

static const struct {
    const gchar *text;
    MgSignatureAlgorithm algorithm;
    const gchar *numbers[2]; /* NULL first: refused */
} cases[] = {
    {"(7:sig-val(3:rsa(1:s3:abc)))", MG_SIGNATURE_RSA, {"abc"}},
    {"(7:sig-val(5:ecdsa(1:r2:ab)(1:s1:c)))", MG_SIGNATURE_ECDSA, {"ab", "c"}},
    {"(7:sig-val(5:eddsa(1:r2:)))(1:s1:()))", MG_SIGNATURE_EDDSA, {"))", "("}},
    {"(7:sig-val(5:eddsa(1:r2:))(1:s1:()))", MG_SIGNATURE_EDDSA, {NULL}},
    {"(7:sig-val(5:eddsa(1:r2:)))(1:s1:())))", MG_SIGNATURE_EDDSA, {NULL}},
    {"(7:sig-val(5:eddsa(1:r3:a))(1:s1:()))", MG_SIGNATURE_EDDSA, {NULL}},
    {"(7:sig-val(3:rsa(1:s3:abc)))", MG_SIGNATURE_EDDSA, {NULL}},
    {"(7:sig-val(3:rsa(1:s3:abc))))", MG_SIGNATURE_RSA, {NULL}},
    {"(7:sig-val(3:rsa(1:s3:abc))", MG_SIGNATURE_RSA, {NULL}},
    {"(7:sig-val(3:rsa(1:s9:abc)))", MG_SIGNATURE_RSA, {NULL}},
    {"(7:sig-val(3:rsa(1:s0:)))", MG_SIGNATURE_RSA, {NULL}},
    {"(7:sig-val(3:rsa(1:s03:abc)))", MG_SIGNATURE_RSA, {NULL}},
    {"(7:sig-val(3:rsa(1:s-1:abc)))", MG_SIGNATURE_RSA, {NULL}},
    {"(7:sig-val(3:rsa(1:s18446744073709551617:a)))", MG_SIGNATURE_RSA, {NULL}},
    {"(7:sig-val(5:eddsa(1:s1:a)(1:r1:b)))", MG_SIGNATURE_EDDSA, {NULL}},
    {"", MG_SIGNATURE_RSA, {NULL}},
};

static void test_cases(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GBytes) text = g_bytes_new_static(cases[i].text, strlen(cases[i].text));
        g_autoptr(GError) error = NULL;
        g_autoptr(GPtrArray) numbers = mg_signature_value_read(text, cases[i].algorithm, &error);

        g_test_message("%s", cases[i].text);
        if (cases[i].numbers[0] == NULL) {
            g_assert_null(numbers);
            g_assert_error(error, MG_ERROR, MG_ERROR_GROUP);
            continue;
        }
        g_assert_no_error(error);
        g_assert_cmpuint(numbers->len, ==, mg_signature_packet_n_numbers(cases[i].algorithm));
        for (guint n = 0; n < numbers->len; n++)
            g_assert_cmpmem(g_bytes_get_data(numbers->pdata[n], NULL),
                            g_bytes_get_size(numbers->pdata[n]), cases[i].numbers[n],
                            strlen(cases[i].numbers[n]));
    }
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/signature_value/cases", test_cases);
    return g_test_run();
}
