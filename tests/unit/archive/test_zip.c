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

/* Content that comes a stretch after the other. */

typedef struct {
    const gchar *content;
    gsize at;
    gsize size;
    gsize stretch;
    gsize breaks_at; /* 0: never */
} Source;

static gboolean next(gpointer data, const gchar **bytes, gsize *size, GError **error)
{
    Source *source = data;

    if (source->breaks_at > 0 && source->at >= source->breaks_at) {
        g_set_error_literal(error, MG_ERROR, MG_ERROR_RETRY, "broken");
        return FALSE;
    }
    *bytes = source->content + source->at;
    *size = MIN(source->stretch, source->size - source->at);
    source->at += *size;
    return TRUE;
}

/* Digits of no order, which come to some 0.43 of their size. */
static gchar *make_noise(gsize size)
{
    gchar *noise = g_malloc(size + 1);
    guint32 state = 1;

    for (gsize i = 0; i < size; i++) {
        state = state * 1664525 + 1013904223;
        noise[i] = (gchar)('0' + (state >> 16) % 10);
    }
    noise[size] = '\0';
    return noise;
}

#define MUCH ((gsize)1000000)

static void test_in_stretches(void)
{
    static const gsize stretches[] = {1000, 8191, 8192, 100001, MUCH};
    g_autofree gchar *noise = make_noise(MUCH);
    g_autoptr(GBytes) at_once = mg_zip_pack("events.csv", noise, MUCH, DATE, NULL);

    for (gsize i = 0; i < G_N_ELEMENTS(stretches); i++) {
        Source source = {.content = noise, .size = MUCH, .stretch = stretches[i]};
        const MgZipContent content = {next, &source, MUCH};
        gsize estimate = 0;
        g_autoptr(GBytes) archive =
            mg_zip_pack_content("events.csv", &content, DATE, MUCH, &estimate, NULL);

        g_assert_true(g_bytes_equal(archive, at_once));
    }
}

static void test_too_much(void)
{
    g_autofree gchar *noise = make_noise(MUCH);
    g_autoptr(GBytes) at_once = mg_zip_pack("events.csv", noise, MUCH, DATE, NULL);
    gsize true_size = g_bytes_get_size(at_once);
    const gsize limits[] = {1, true_size / 3, true_size - 1, true_size};

    for (gsize i = 0; i < G_N_ELEMENTS(limits); i++) {
        Source source = {.content = noise, .size = MUCH, .stretch = 10000};
        const MgZipContent content = {next, &source, MUCH};
        gsize estimate = 0;
        g_autoptr(GError) error = NULL;
        g_autoptr(GBytes) archive =
            mg_zip_pack_content("events.csv", &content, DATE, limits[i], &estimate, &error);

        g_assert_no_error(error);
        g_assert_true((archive != NULL) == (limits[i] == true_size));
        if (archive != NULL)
            continue;
        g_assert_cmpuint(estimate, >, limits[i]);
        g_assert_cmpuint(estimate, <, true_size * 2);
        if (limits[i] < true_size / 2)
            g_assert_cmpuint(source.at, <, MUCH / 2); /* no more was asked for than had to be */
    }
}

static void test_broken_off(void)
{
    g_autofree gchar *noise = make_noise(MUCH);
    Source source = {.content = noise, .size = MUCH, .stretch = 10000, .breaks_at = MUCH / 2};
    const MgZipContent content = {next, &source, MUCH};
    g_autoptr(GError) error = NULL;

    g_assert_null(mg_zip_pack_content("events.csv", &content, DATE, MUCH, NULL, &error));
    g_assert_error(error, MG_ERROR, MG_ERROR_RETRY);
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/zip/sizes-stand-in-the-local-header", test_sizes_stand_in_the_local_header);
    g_test_add_func("/zip/same-again", test_same_again);
    g_test_add_func("/zip/nothing", test_nothing);
    g_test_add_func("/zip/names", test_names);
    g_test_add_func("/zip/in-stretches", test_in_stretches);
    g_test_add_func("/zip/too-much", test_too_much);
    g_test_add_func("/zip/broken-off", test_broken_off);
    return g_test_run();
}
