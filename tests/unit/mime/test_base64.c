/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "mime/base64.h"

#include <string.h>

static void test_lines(void)
{
    for (gsize size = 0; size < 200; size++) {
        g_autofree guchar *bytes = g_malloc(size + 1);
        g_autoptr(GString) out = g_string_new("before|");
        g_autofree guchar *back = NULL;
        gsize back_size;

        for (gsize i = 0; i < size; i++)
            bytes[i] = (guchar)(i * 37 + size);
        mg_base64_append(out, bytes, size);
        g_string_erase(out, 0, 7);
        g_assert_cmpuint(out->len, ==, (size + 2) / 3 * 4 + (size + 56) / 57 * 2);
        for (gsize at = 0; at < out->len; at += 78)
            g_assert_cmpint(memcmp(strchr(out->str + at, '\r'), "\r\n", 2), ==, 0);
        back = g_base64_decode(out->str, &back_size);
        g_assert_cmpmem(back, back_size, bytes, size);
    }
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/base64/lines", test_lines);
    return g_test_run();
}
