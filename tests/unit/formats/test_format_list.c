/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "formats/format_list.h"

#include "base/error.h"

#include <glib/gstdio.h>
#include <string.h>

typedef struct {
    gchar *directory;
} Site;

static void set_up(Site *site, gconstpointer data)
{
    site->directory = g_dir_make_tmp("formats-XXXXXX", NULL);
    g_assert_nonnull(site->directory);
}

static void tear_down(Site *site, gconstpointer data)
{
    g_autoptr(GDir) dir = g_dir_open(site->directory, 0, NULL);
    const gchar *name = NULL;

    while ((name = g_dir_read_name(dir)) != NULL) {
        g_autofree gchar *filename = g_build_filename(site->directory, name, NULL);
        g_assert_cmpint(g_remove(filename), ==, 0);
    }
    g_rmdir(site->directory);
    g_free(site->directory);
}

static void write_file(const Site *site, const gchar *name, const gchar *text)
{
    g_autofree gchar *filename = g_build_filename(site->directory, name, NULL);

    g_assert_true(g_file_set_contents(filename, text, -1, NULL));
}

/* An engine for the test: `OK` loads, anything else fails with itself as the message. */
typedef struct {
    MgFormat format;
} FakeFormat;

static MgDecision *fake_decide(MgFormat *format, const MgQuestion *question, GError **error)
{
    return mg_decision_new(MG_ANSWER_NOT_MINE, "fake");
}

static void fake_free(MgFormat *format)
{
    g_free(format);
}

static const MgFormatClass fake_class = {fake_decide, fake_free, FALSE};

static MgFormat *fake_load(const gchar *filename, gpointer engine, GError **error)
{
    g_autofree gchar *text = NULL;
    FakeFormat *format = NULL;

    g_assert_cmpstr(engine, ==, "the engine");
    g_assert_true(g_file_get_contents(filename, &text, NULL, NULL));
    if (!g_str_equal(text, "OK")) {
        g_set_error(error, MG_ERROR, MG_ERROR_SETUP, "%s", text);
        return NULL;
    }
    format = g_new0(FakeFormat, 1);
    format->format = (MgFormat){&fake_class, g_strdup(filename)};
    return &format->format;
}

static const MgFormatEngine python[] = {{".py", fake_load, (gpointer) "the engine"}};

static void test_order(Site *site, gconstpointer data)
{
    static const gchar *const expected[] = {"00a.yml",   "10-B.yaml", "10-a.py",
                                            "10-a.yaml", "10.yaml",   "9999.py"};
    g_autoptr(GPtrArray) formats = NULL;
    g_autoptr(GError) error = NULL;

    write_file(site, "10-a.yaml", "titles: {a: b}");
    write_file(site, "10-a.py", "OK");
    write_file(site, "10-B.yaml", "titles: {a: b}");
    write_file(site, "9999.py", "OK");
    write_file(site, "10.yaml", "titles: {a: b}");
    write_file(site, "00a.yml", "titles: {a: b}");
    write_file(site, "10-c.yaml~", "not read");
    write_file(site, ".10-d.yaml", "not read");
    write_file(site, "1-e.yaml", "not read");
    write_file(site, "a10-f.yaml", "not read");
    write_file(site, "10-g.YAML", "not read");
    write_file(site, "README", "not read");
    formats = mg_format_list_load(site->directory, python, G_N_ELEMENTS(python), &error);
    g_assert_no_error(error);
    g_assert_cmpuint(formats->len, ==, G_N_ELEMENTS(expected));
    for (guint i = 0; i < formats->len; i++) {
        const MgFormat *format = g_ptr_array_index(formats, i);
        g_autofree gchar *name = g_path_get_basename(format->filename);
        g_assert_cmpstr(name, ==, expected[i]);
    }
}

static void test_none(Site *site, gconstpointer data)
{
    g_autoptr(GPtrArray) formats = mg_format_list_load(site->directory, NULL, 0, NULL);

    g_assert_cmpuint(formats->len, ==, 0);
}

static void test_all_mistakes(Site *site, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autofree gchar *expected = NULL;

    write_file(site, "10-a.yaml", "titels: {}\ntitles: 5\n");
    write_file(site, "20-b.py", "20-b.py: broken\nHINT: mend it");
    write_file(site, "25-b.py", "25-b.py: broken\nHINT: mend it");
    write_file(site, "30-c.yaml", "a: [\n");
    write_file(site, "40-d.py", "OK");
    g_assert_null(mg_format_list_load(site->directory, python, G_N_ELEMENTS(python), &error));
    g_assert_error(error, MG_ERROR, MG_ERROR_SETUP);
    expected = g_strdup_printf(
        "%s/10-a.yaml:1:1: unknown key 'titels' in the file; did you mean 'titles'?\n"
        "%s/10-a.yaml:2:9: 'titles' must be a mapping (lines of the form \"key: value\"), but is "
        "'5'\n"
        "20-b.py: broken\n"
        "25-b.py: broken\n"
        "%s/30-c.yaml:2:1: flow sequence without a closing bracket; a bracket or brace that was "
        "opened before is never closed\n"
        "HINT: mend it",
        site->directory, site->directory, site->directory);
    g_assert_cmpstr(error->message, ==, expected);
}

static void test_no_engine(Site *site, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autofree gchar *expected = NULL;

    write_file(site, "10-a.py", "OK");
    write_file(site, "20-b.py", "OK");
    g_assert_null(mg_format_list_load(site->directory, NULL, 0, &error));
    g_assert_error(error, MG_ERROR, MG_ERROR_SETUP);
    expected = g_strdup_printf(
        "'%s/10-a.py' is a format in Python, but the plug-in for Python is not installed\n"
        "'%s/20-b.py' is a format in Python, but the plug-in for Python is not installed\n"
        "HINT: install the package intelmqcbmail-python, or move the file away",
        site->directory, site->directory);
    g_assert_cmpstr(error->message, ==, expected);
}

static void test_unreadable_directory(Site *site, gconstpointer data)
{
    g_autofree gchar *missing = g_build_filename(site->directory, "missing", NULL);
    g_autofree gchar *expected = NULL;
    g_autoptr(GError) error = NULL;

    g_assert_null(mg_format_list_load(missing, NULL, 0, &error));
    g_assert_error(error, MG_ERROR, MG_ERROR_SETUP);
    expected = g_strdup_printf("cannot read the directory of formats '%s': No such file or "
                               "directory",
                               missing);
    g_assert_cmpstr(error->message, ==, expected);
}

#define ADD(path, test) g_test_add(path, Site, NULL, set_up, test, tear_down)

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    ADD("/format-list/order", test_order);
    ADD("/format-list/none", test_none);
    ADD("/format-list/all-mistakes", test_all_mistakes);
    ADD("/format-list/no-engine", test_no_engine);
    ADD("/format-list/unreadable-directory", test_unreadable_directory);
    return g_test_run();
}
