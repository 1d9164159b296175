/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "cli/python_plugin.h"

#include "base/error.h"

#include <dlfcn.h>
#include <stdlib.h>

#define FILENAME "intelmqcbmail-python.so"

static const MgFormatPlugin *started;
static gint is_opened;

/* Not yet installed, the library lies in src/ of the build folder and the plug-in in python/. */
static gchar *in_build_folder(const gchar *library_directory)
{
    g_autofree gchar *build = g_path_get_dirname(library_directory);
    g_autofree gchar *mark = g_build_filename(build, "build.ninja", NULL);

    return g_file_test(mark, G_FILE_TEST_EXISTS) ? g_build_filename(build, "python", NULL) : NULL;
}

/* Beside the core library, wherever that was installed. */
static gchar *plugin_directory(void)
{
    const gchar *directory = secure_getenv("INTELMQCBMAIL_PLUGIN_DIR");
    g_autofree gchar *library = NULL;
    g_autofree gchar *beside = NULL;
    gchar *built;
    Dl_info info;

    if (directory != NULL)
        return g_strdup(directory);
    if (dladdr(mg_error_quark, &info) == 0 || info.dli_fname == NULL)
        return g_strdup(".");
    library = g_canonicalize_filename(info.dli_fname, NULL); /* it may hold ".." */
    beside = g_path_get_dirname(library);
    built = in_build_folder(beside);
    if (built == NULL)
        return g_steal_pointer(&beside);
    g_setenv("INTELMQCBMAIL_PLUGIN_DIR", built, FALSE); /* the plug-in finds its package so */
    return built;
}

/* RTLD_GLOBAL also for the libpython that comes along: Python's own extension modules, _json for
 * one, are not linked with it and look its symbols up in the global scope. */
static const MgFormatPlugin *open_plugin(GError **error)
{
    g_autofree gchar *directory = plugin_directory();
    g_autofree gchar *filename = g_build_filename(directory, FILENAME, NULL);
    void *handle = dlopen(filename, RTLD_NOW | RTLD_GLOBAL);
    const MgFormatPlugin *plugin = handle != NULL ? dlsym(handle, MG_FORMAT_PLUGIN_SYMBOL) : NULL;

    if (plugin == NULL)
        g_set_error(error, MG_ERROR, MG_ERROR_SETUP,
                    "format scripts in Python need the plug-in, which cannot be loaded: %s\n"
                    "HINT: install the part of intelmqcbmail that runs Python scripts",
                    dlerror());
    return plugin;
}

static gboolean start(GError **error)
{
    const MgFormatPlugin *plugin;

    if (started != NULL)
        return TRUE;
    g_atomic_int_set(&is_opened, TRUE);
    plugin = open_plugin(error);
    if (plugin == NULL || !plugin->start(error))
        return FALSE;
    started = plugin;
    return TRUE;
}

static MgFormat *load_format(const gchar *filename, gpointer unused, GError **error)
{
    return start(error) ? started->load(filename, error) : NULL;
}

const MgFormatEngine mg_python_plugin_engine = {".py", load_format, NULL};

gboolean mg_python_plugin_is_opened(void)
{
    return g_atomic_int_get(&is_opened);
}

void mg_python_plugin_stop(void)
{
    if (started != NULL)
        started->stop();
    started = NULL;
}
