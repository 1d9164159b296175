/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "render/template_names.h"

#define MOST_NAMES 1000
#define DEEPEST 3 /* and no further, as links may lead in a circle */

static gboolean is_template(const gchar *name)
{
    return name[0] != '.' && !g_str_has_suffix(name, "~") && g_utf8_validate(name, -1, NULL);
}

static void collect(GPtrArray *names, const gchar *directory, const gchar *prefix, guint depth)
{
    g_autoptr(GDir) dir = g_dir_open(directory, 0, NULL);
    const gchar *entry;

    if (dir == NULL)
        return;
    while (names->len < MOST_NAMES && (entry = g_dir_read_name(dir)) != NULL) {
        g_autofree gchar *path = g_build_filename(directory, entry, NULL);
        g_autofree gchar *name = g_strconcat(prefix, entry, NULL);

        if (!is_template(entry))
            continue;
        if (g_file_test(path, G_FILE_TEST_IS_REGULAR)) {
            g_ptr_array_add(names, g_steal_pointer(&name));
        } else if (depth < DEEPEST && g_file_test(path, G_FILE_TEST_IS_DIR)) {
            g_autofree gchar *inner = g_strconcat(name, "/", NULL);
            collect(names, path, inner, depth + 1);
        }
    }
}

static gint compare(gconstpointer a, gconstpointer b)
{
    return g_strcmp0(*(const gchar *const *)a, *(const gchar *const *)b);
}

gchar **mg_template_names_list(const gchar *directory)
{
    GPtrArray *names = g_ptr_array_new();

    collect(names, directory, "", 1);
    g_ptr_array_sort(names, compare); /* of two equally near ones the same is named each time */
    g_ptr_array_add(names, NULL);
    return (gchar **)g_ptr_array_free(names, FALSE);
}
