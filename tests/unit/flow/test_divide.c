/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/divide.h"

#include "base/error.h"

#include <string.h>

#define HEADER 30 /* bytes of a CSV's header row */
#define FRAME 500 /* bytes of a mail without events */

typedef struct {
    const gsize *sizes; /* of each event's row */
    gdouble packed;     /* what zipping leaves of a CSV */
    guint n_measured;
    gboolean fails;
} World;

static gboolean measure_csv(gpointer user_data, const MgPart *part, gsize *size, GError **error)
{
    World *world = user_data;

    *size = HEADER;
    for (gsize i = 0; i < part->n_events; i++)
        *size += world->sizes[part->first + i];
    return TRUE;
}

static gsize digits(guint number)
{
    return number > 9 ? 1 + digits(number / 10) : 1;
}

static gboolean measure_mail(gpointer user_data, const MgPart *part, gsize *size, GError **error)
{
    World *world = user_data;

    world->n_measured++;
    if (world->fails) {
        g_set_error_literal(error, MG_ERROR, MG_ERROR_RUN, "cannot sign");
        return FALSE;
    }
    measure_csv(user_data, part, size, error);
    if (part->form == MG_FORM_ZIP)
        *size = (gsize)((gdouble)*size * world->packed) + 100;
    *size += FRAME;
    if (part->n_parts > 1)
        *size += digits(part->number) + digits(part->n_parts);
    return TRUE;
}

static GArray *divide(World *world, gsize n_events, const MgBySize *limits, GError **error)
{
    g_autofree gint64 *ids = g_new(gint64, n_events + 1);
    MgDivideMeasure measure = {measure_csv, measure_mail, world};

    for (gsize i = 0; i < n_events; i++)
        ids[i] = (gint64)(1000 + i);
    return mg_divide_events(ids, n_events, limits, &measure, error);
}

static gsize *same_sizes(gsize n_events, gsize size)
{
    gsize *sizes = g_new(gsize, n_events + 1);

    for (gsize i = 0; i < n_events; i++)
        sizes[i] = size;
    return sizes;
}

static void test_forms(void)
{
    static const struct {
        const gchar *name;
        gsize n_events;
        MgBySize limits;
        MgForm form;
        guint n_parts;
    } cases[] = {
        {"few rows", 10, {10, 10000, TRUE, 100000}, MG_FORM_INLINE, 1},
        {"no rows", 0, {0, 10000, TRUE, 100000}, MG_FORM_INLINE, 1},
        {"one row more", 11, {10, 10000, TRUE, 100000}, MG_FORM_ATTACHMENT, 1},
        {"never inline", 1, {0, 10000, TRUE, 100000}, MG_FORM_ATTACHMENT, 1},
        {"few rows, large", 10, {10, 10000, TRUE, 1000}, MG_FORM_ZIP, 1},
        {"CSV to the byte", 10, {0, HEADER + 1000, TRUE, 100000}, MG_FORM_ATTACHMENT, 1},
        {"CSV a byte too large", 10, {0, HEADER + 999, TRUE, 100000}, MG_FORM_ZIP, 1},
        {"mail to the byte", 10, {0, 10000, TRUE, HEADER + FRAME + 1000}, MG_FORM_ATTACHMENT, 1},
        {"mail a byte too large", 10, {0, 10000, TRUE, HEADER + FRAME + 999}, MG_FORM_ZIP, 1},
        {"may not zip", 10, {0, HEADER + 999, FALSE, 100000}, MG_FORM_ATTACHMENT, 2},
        {"zipped too large", 100, {0, 0, TRUE, 1600}, MG_FORM_ZIP, 2},
        {"only zip", 3, {0, 0, TRUE, 100000}, MG_FORM_ZIP, 1},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree gsize *sizes = same_sizes(cases[i].n_events, 100);
        World world = {sizes, 0.1, 0, FALSE};
        g_autoptr(GArray) parts = divide(&world, cases[i].n_events, &cases[i].limits, &error);

        g_test_message("%s", cases[i].name);
        g_assert_no_error(error);
        g_assert_cmpuint(parts->len, ==, cases[i].n_parts);
        g_assert_cmpint(g_array_index(parts, MgPart, 0).form, ==, cases[i].form);
    }
}

/* What one mail more each time would come to, for comparison. */
static guint count_greedily(World *world, gsize n_events, const MgBySize *limits, guint most)
{
    guint n_parts = 0;

    for (gsize first = 0; first < n_events; n_parts++) {
        gsize n = 0;
        for (gboolean fits = TRUE; fits && first + n < n_events; n += fits) {
            MgPart part = {first, n + 1, MG_FORM_ATTACHMENT, n_parts + 1, most};
            gsize csv, mail;
            measure_csv(world, &part, &csv, NULL);
            measure_mail(world, &part, &mail, NULL);
            fits = csv <= limits->attachment_size && mail <= limits->mail_size;
        }
        first += n;
    }
    return n_parts;
}

static void check_parts(World *world, const GArray *parts, gsize n_events, const MgBySize *limits)
{
    gsize next = 0;

    for (guint i = 0; i < parts->len; i++) {
        MgPart part = g_array_index(parts, MgPart, i);
        gsize size;

        g_assert_cmpuint(part.first, ==, next);
        g_assert_cmpuint(part.n_events, >, 0);
        g_assert_cmpuint(part.number, ==, i + 1);
        g_assert_cmpuint(part.n_parts, ==, parts->len);
        measure_mail(world, &part, &size, NULL);
        g_assert_cmpuint(size, <=, limits->mail_size);
        next += part.n_events;
    }
    g_assert_cmpuint(next, ==, n_events);
}

static void test_fewest_parts(void)
{
    for (guint round = 0; round < 300; round++) {
        gsize n_events = (gsize)g_test_rand_int_range(2, 600);
        g_autofree gsize *sizes = same_sizes(n_events, 0);
        World world = {sizes, 0.1, 0, FALSE};
        MgBySize limits = {0, (gsize)g_test_rand_int_range(1100, 4000), FALSE,
                           (gsize)g_test_rand_int_range(1700, 5000)};
        g_autoptr(GError) error = NULL;
        g_autoptr(GArray) parts = NULL;
        guint fewest;

        for (gsize i = 0; i < n_events; i++)
            sizes[i] = (gsize)g_test_rand_int_range(20, 1000);
        parts = divide(&world, n_events, &limits, &error);
        g_assert_no_error(error);
        check_parts(&world, parts, n_events, &limits);
        if (parts->len == 1)
            continue;
        for (guint most = 9;; most = most * 10 + 9) {
            fewest = count_greedily(&world, n_events, &limits, most);
            if (fewest <= most)
                break;
        }
        g_assert_cmpuint(parts->len, ==, fewest);
    }
}

static void test_few_measures(void)
{
    g_autofree gsize *sizes = same_sizes(1000000, 100);
    World world = {sizes, 0.1, 0, FALSE};
    MgBySize limits = {100, 2 << 20, FALSE, 9 << 20};
    g_autoptr(GError) error = NULL;
    g_autoptr(GArray) parts = divide(&world, 1000000, &limits, &error);

    g_assert_no_error(error);
    g_assert_cmpuint(parts->len, ==, 48);
    g_assert_cmpuint(world.n_measured, <, 48 * 2 * 5);
}

static void test_one_event_too_large(void)
{
    for (gsize large = 0; large < 5; large++) {
        g_autofree gsize *sizes = same_sizes(5, 100);
        World world = {sizes, 0.9, 0, FALSE};
        MgBySize limits = {0, 10000, TRUE, 1000};
        g_autoptr(GError) error = NULL;
        g_autofree gchar *expected = g_strdup_printf(
            "event %d alone makes a mail above the limit of 1000 bytes", 1000 + (gint)large);

        sizes[large] = 3000;
        g_assert_null(divide(&world, 5, &limits, &error));
        g_assert_error(error, MG_ERROR, MG_ERROR_GROUP);
        g_assert_cmpstr(error->message, ==, expected);
    }
}

static void test_only_event_too_large(void)
{
    g_autofree gsize *sizes = same_sizes(1, 100000);
    World world = {sizes, 0.9, 0, FALSE};
    MgBySize limits = {10, 10000, TRUE, 1000};
    g_autoptr(GError) error = NULL;

    g_assert_null(divide(&world, 1, &limits, &error));
    g_assert_error(error, MG_ERROR, MG_ERROR_GROUP);
}

static void test_measure_fails(void)
{
    g_autofree gsize *sizes = same_sizes(3, 100);
    World world = {sizes, 0.9, 0, TRUE};
    MgBySize limits = {0, 10000, TRUE, 1000};
    g_autoptr(GError) error = NULL;

    g_assert_null(divide(&world, 3, &limits, &error));
    g_assert_error(error, MG_ERROR, MG_ERROR_RUN);
    g_assert_cmpuint(world.n_measured, ==, 1);
}

static void assert_name(const MgPairs *names, const gchar *name, const gchar *expected)
{
    const gchar *text = NULL;

    g_assert_true(mg_pairs_lookup(names, name, &text));
    g_assert_cmpstr(text, ==, expected);
}

static void test_names(void)
{
    static const struct {
        const gchar *name;
        MgPart part;
        const gchar *attached;
    } cases[] = {
        {"events.csv", {0, 5, MG_FORM_ATTACHMENT, 1, 1}, "events.csv"},
        {"events.csv", {0, 5, MG_FORM_ZIP, 1, 1}, "events.csv.zip"},
        {"events.csv", {5, 5, MG_FORM_ATTACHMENT, 2, 3}, "events-2of3.csv"},
        {"events.csv", {5, 5, MG_FORM_ZIP, 2, 13}, "events-2of13.csv.zip"},
        {"events", {5, 5, MG_FORM_ZIP, 2, 3}, "events-2of3.zip"},
        {".csv", {5, 5, MG_FORM_ATTACHMENT, 2, 3}, ".csv-2of3"},
        {"a.b.csv", {5, 5, MG_FORM_ATTACHMENT, 2, 3}, "a.b-2of3.csv"},
    };
    g_autoptr(MgPairs) names = mg_pairs_new();
    g_autoptr(MgPairs) inline_names = mg_pairs_new();
    MgPart part = {5, 7, MG_FORM_ZIP, 2, 3};
    g_autofree gchar *subject = mg_divide_subject("Report", &part);

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree gchar *attached = mg_divide_attachment_name(cases[i].name, &cases[i].part);
        g_assert_cmpstr(attached, ==, cases[i].attached);
    }
    g_assert_cmpstr(subject, ==, "Report (2/3)");
    mg_divide_add_names(names, "events.csv", &part);
    assert_name(names, "n_events", "7");
    assert_name(names, "part", "2");
    assert_name(names, "n_parts", "3");
    assert_name(names, "data_form", "zip");
    assert_name(names, "attachment_name", "events-2of3.csv.zip");
    part.form = MG_FORM_INLINE;
    mg_pairs_set(inline_names, "part", "mine");
    mg_divide_add_names(inline_names, "events.csv", &part);
    assert_name(inline_names, "attachment_name", "");
    assert_name(inline_names, "part", "mine");
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/divide/forms", test_forms);
    g_test_add_func("/divide/fewest-parts", test_fewest_parts);
    g_test_add_func("/divide/few-measures", test_few_measures);
    g_test_add_func("/divide/one-event-too-large", test_one_event_too_large);
    g_test_add_func("/divide/only-event-too-large", test_only_event_too_large);
    g_test_add_func("/divide/measure-fails", test_measure_fails);
    g_test_add_func("/divide/names", test_names);
    return g_test_run();
}
