/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "formats/format_list.h"

#include "base/error.h"
#include "formats/yaml_format.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DIR, closedir)

static const gchar *const suffixes[] = {".py", ".yaml", ".yml", NULL};

static MgFormat *load_yaml(const gchar *filename, gpointer engine, GError **error)
{
    return mg_yaml_format_load(filename, engine, error);
}

static gint compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const gchar *const *)a, *(const gchar *const *)b);
}

static gboolean is_format_name(const gchar *name)
{
    if (!g_ascii_isdigit(name[0]) || !g_ascii_isdigit(name[1]))
        return FALSE;
    for (gsize i = 0; suffixes[i] != NULL; i++)
        if (g_str_has_suffix(name, suffixes[i]))
            return TRUE;
    return FALSE;
}

/* The names of the format files in the order of loading; (element-type utf8). */
static GPtrArray *list_names(const gchar *directory, GError **error)
{
    g_autoptr(DIR) dir = opendir(directory); /* GDir's errors name the directory a second time */
    g_autofree gchar *quoted = NULL;
    const struct dirent *entry = NULL;
    GPtrArray *names = NULL;

    if (dir == NULL) {
        int reason = errno;
        quoted = mg_error_quote(directory);
        g_set_error(error, MG_ERROR, MG_ERROR_SETUP, "cannot read the directory of formats %s: %s",
                    quoted, g_strerror(reason));
        return NULL;
    }
    names = g_ptr_array_new_with_free_func(g_free);
    while ((entry = readdir(dir)) != NULL)
        if (is_format_name(entry->d_name))
            g_ptr_array_add(names, g_strdup(entry->d_name));
    g_ptr_array_sort(names, compare_names);
    return names;
}

static const MgFormatEngine *find_engine(const gchar *name, const MgFormatEngine *engines,
                                         gsize n_engines)
{
    for (gsize i = 0; i < n_engines; i++)
        if (g_str_has_suffix(name, engines[i].suffix))
            return &engines[i];
    return NULL;
}

/* A pipe would hang the program, a device never end. What cannot be looked at is told by who reads
 * it. */
static gboolean check_kind(const gchar *filename, GError **error)
{
    g_autofree gchar *quoted = NULL;
    struct stat status;

    if (stat(filename, &status) != 0 || S_ISREG(status.st_mode))
        return TRUE;
    quoted = mg_error_quote(filename);
    g_set_error(error, MG_ERROR, MG_ERROR_SETUP, "%s is no regular file, so it is no format",
                quoted);
    return FALSE;
}

static MgFormat *load_file(const gchar *directory, const gchar *name, MgYamlScope *scope,
                           const MgFormatEngine *engines, gsize n_engines, GError **error)
{
    const MgFormatEngine yaml[] = {{".yaml", load_yaml, scope}, {".yml", load_yaml, scope}};
    g_autofree gchar *filename = g_build_filename(directory, name, NULL);
    g_autofree gchar *quoted = NULL;
    const MgFormatEngine *engine = find_engine(name, yaml, G_N_ELEMENTS(yaml));

    if (!check_kind(filename, error))
        return NULL;
    if (engine == NULL)
        engine = find_engine(name, engines, n_engines);
    if (engine != NULL)
        return engine->load(filename, engine->engine, error);
    quoted = mg_error_quote(filename);
    g_set_error(error, MG_ERROR, MG_ERROR_SETUP,
                "%s is a format in Python, but the plug-in for Python is not installed\n"
                "HINT: install the package intelmqcbmail-python, or move the file away",
                quoted);
    return NULL;
}

/* Advice goes behind all the mistakes, and once where several files need the same. */
static void add_mistake(GString *mistakes, GString *hints, const gchar *message)
{
    const gchar *hint = strstr(message, "\nHINT: ");
    gsize length = hint != NULL ? (gsize)(hint - message) : strlen(message);

    if (mistakes->len > 0)
        g_string_append_c(mistakes, '\n');
    g_string_append_len(mistakes, message, (gssize)length);
    if (hint != NULL && strstr(hints->str, hint) == NULL)
        g_string_append(hints, hint);
}

/* Every file is read, so that all that is wrong is told at once. */
GPtrArray *mg_format_list_load(const gchar *directory, const MgFormatEngine *engines,
                               gsize n_engines, GError **error)
{
    g_autoptr(GPtrArray) names = list_names(directory, error);
    g_autoptr(GPtrArray) formats = NULL;
    g_autoptr(MgYamlScope) scope = mg_yaml_scope_new();
    g_autoptr(GString) mistakes = g_string_new(NULL);
    g_autoptr(GString) hints = g_string_new(NULL);

    if (names == NULL)
        return NULL;
    formats = g_ptr_array_new_with_free_func((GDestroyNotify)mg_format_free);
    for (guint i = 0; i < names->len; i++) {
        g_autoptr(GError) mistake = NULL;
        MgFormat *format =
            load_file(directory, g_ptr_array_index(names, i), scope, engines, n_engines, &mistake);
        if (format != NULL)
            g_ptr_array_add(formats, format);
        else
            add_mistake(mistakes, hints, mistake->message);
    }
    if (mistakes->len == 0)
        return g_steal_pointer(&formats);
    g_set_error(error, MG_ERROR, MG_ERROR_SETUP, "%s%s", mistakes->str, hints->str);
    return NULL;
}
