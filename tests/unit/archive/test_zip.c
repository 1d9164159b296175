/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "archive/zip.h"

#include "base/error.h"

#include <string.h>

#define DATE (G_GINT64_CONSTANT(1795143845) * G_USEC_PER_SEC)

static guint number_at(GBytes *archive, gsize at, gsize width)
{
    const guchar *bytes = g_bytes_get_data(archive, NULL);
    guint number = 0;

    for (gsize i = width; i > 0; i--)
        number = number << 8 | bytes[at + i - 1];
    return number;
}

/* APPNOTE.TXT 4.3.7: where a streaming writer would leave zeros and set bit 3. */
static void test_sizes_stand_in_the_local_header(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree gchar *content = g_strnfill(10000, 'a');
    g_autoptr(GBytes) archive = mg_zip_pack("events.csv", content, 10000, DATE, &error);

    g_assert_no_error(error);
    g_assert_cmpuint(number_at(archive, 0, 4), ==, 0x04034b50);
    g_assert_cmpuint(number_at(archive, 6, 2) & (1 | 1 << 3), ==, 0); /* encrypted, streamed */
    g_assert_cmpuint(number_at(archive, 8, 2), ==, 8);                /* deflated */
    g_assert_cmpuint(number_at(archive, 10, 2), ==, 4 << 11 | 4 << 5 | 5 / 2);
    g_assert_cmpuint(number_at(archive, 12, 2), ==, 46 << 9 | 11 << 5 | 20);
    g_assert_cmpuint(number_at(archive, 18, 4), >, 0);
    g_assert_cmpuint(number_at(archive, 18, 4), <, 200);
    g_assert_cmpuint(number_at(archive, 22, 4), ==, 10000);
    g_assert_cmpuint(g_bytes_get_size(archive), <, 400);
}

static void test_same_again(void)
{
    g_autoptr(GBytes) first = mg_zip_pack("events.csv", "\"a\"\r\n", 5, DATE, NULL);
    g_autoptr(GBytes) again = mg_zip_pack("events.csv", "\"a\"\r\n", 5, DATE + 5, NULL);
    g_autoptr(GBytes) later =
        mg_zip_pack("events.csv", "\"a\"\r\n", 5, DATE + 2 * G_USEC_PER_SEC, NULL);

    g_assert_true(g_bytes_equal(first, again));
    g_assert_false(g_bytes_equal(first, later));
}

static void test_nothing(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) archive = mg_zip_pack("a", "", 0, 0, &error);

    g_assert_no_error(error);
    g_assert_cmpuint(number_at(archive, 22, 4), ==, 0);
}

static void test_names(void)
{
    g_autofree gchar *longest = g_strnfill(200, 'a');
    g_autofree gchar *too_long = g_strnfill(201, 'a');
    const struct {
        const gchar *name;
        gboolean fits;
    } cases[] = {
        {"events.csv", TRUE}, {"Vorfälle 2.csv", TRUE},
        {longest, TRUE},      {"..x", TRUE},
        {"", FALSE},          {".", FALSE},
        {"..", FALSE},        {"a/b", FALSE},
        {"..\\..\\a", FALSE}, {"C:a", FALSE},
        {"a\nb", FALSE},      {"a\x7f", FALSE},
        {"a\xc2\x85", FALSE}, {"\xff", FALSE},
        {too_long, FALSE},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GBytes) archive = mg_zip_pack(cases[i].name, "x", 1, DATE, &error);

        g_assert_true((archive != NULL) == cases[i].fits);
        if (!cases[i].fits)
            g_assert_error(error, MG_ERROR, MG_ERROR_GROUP);
    }
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/zip/sizes-stand-in-the-local-header", test_sizes_stand_in_the_local_header);
    g_test_add_func("/zip/same-again", test_same_again);
    g_test_add_func("/zip/nothing", test_nothing);
    g_test_add_func("/zip/names", test_names);
    return g_test_run();
}
