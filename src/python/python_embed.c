/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * The plug-in: the only object that is linked with libpython. It brings the interpreter up and
 * finds the engine in the extension module, which works the same inside a plain python3.
 */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "base/error.h"
#include "formats/format_plugin.h"
#include "python/python_engine.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

extern const MgFormatPlugin mg_format_plugin;

static const MgPythonEngine *engine;
static PyThreadState *main_state;

/* Not the environment: only what the Python program's users may have set for modules of their own.
 * No signal handlers either, SIGINT and SIGPIPE are the program's. UTF-8 whatever the locale. */
static PyStatus initialise(void)
{
    PyPreConfig before;
    PyConfig config;
    PyStatus status;

    PyPreConfig_InitIsolatedConfig(&before);
    before.utf8_mode = 1;
    status = Py_PreInitialize(&before);
    if (PyStatus_Exception(status))
        return status;
    PyConfig_InitIsolatedConfig(&config);
    config.isolated = 0; /* else the user's own packages are out of reach */
    config.user_site_directory = 1;
    status = PyConfig_SetString(&config, &config.program_name, L"/usr/bin/python3");
    if (!PyStatus_Exception(status))
        status = Py_InitializeFromConfig(&config);
    PyConfig_Clear(&config);
    return status;
}

static gboolean insert_path(PyObject *path, Py_ssize_t position, const gchar *directory)
{
    PyObject *text = PyUnicode_DecodeFSDefault(directory);
    gboolean ok = text != NULL && (PySequence_Contains(path, text) == 1 ||
                                   PyList_Insert(path, position, text) == 0);

    Py_XDECREF(text);
    return ok;
}

/* PYTHONPATH first, as ever; then the package of this very program, wherever it was installed. */
static gboolean extend_path(void)
{
    PyObject *path = PySys_GetObject("path"); /* borrowed */
    const gchar *build_tree = secure_getenv("INTELMQCBMAIL_PLUGIN_DIR");
    const gchar *environment = secure_getenv("PYTHONPATH");
    g_auto(GStrv) directories = g_strsplit(environment != NULL ? environment : "", ":", -1);
    Py_ssize_t position = 0;

    if (path == NULL)
        return FALSE;
    for (gsize i = 0; directories[i] != NULL; i++)
        if (*directories[i] != '\0' && !insert_path(path, position++, directories[i]))
            return FALSE;
    return insert_path(path, position, build_tree != NULL ? build_tree : MG_PYTHON_PACKAGE_DIR);
}

static gboolean fail(GError **error, const gchar *what)
{
    PyObject *class, *value, *traceback, *text;
    const gchar *message;

    PyErr_Fetch(&class, &value, &traceback);
    text = value != NULL ? PyObject_Str(value) : NULL;
    message = text != NULL ? PyUnicode_AsUTF8(text) : NULL;
    g_set_error(error, MG_ERROR, MG_ERROR_SETUP, "%s: %s", what,
                message != NULL ? message : "unknown reason");
    PyErr_Clear();
    Py_XDECREF(text);
    Py_XDECREF(class);
    Py_XDECREF(value);
    Py_XDECREF(traceback);
    return FALSE;
}

static gboolean find_engine(GError **error)
{
    PyObject *module;

    if (!extend_path())
        return fail(error, "Python's search path cannot be set");
    module = PyImport_ImportModule(
        "intelmqmail._core"); /* the capsule is found only in what is loaded */
    Py_XDECREF(module);
    engine = module != NULL ? PyCapsule_Import(MG_PYTHON_ENGINE_CAPSULE, 0) : NULL;
    if (engine == NULL)
        return fail(error, "Python package intelmqmail cannot be loaded");
    return engine->set_up_embedded(error);
}

static gboolean start(GError **error)
{
    PyStatus status = initialise();
    gboolean ok;

    if (PyStatus_Exception(status)) {
        g_set_error(error, MG_ERROR, MG_ERROR_SETUP, "the Python interpreter does not start: %s",
                    status.err_msg != NULL ? status.err_msg : "unknown reason");
        return FALSE;
    }
    ok = find_engine(error);
    main_state = PyEval_SaveThread();
    return ok;
}

/* A script can close them, and then the next socket would be where the log goes. */
static void fill_standard_files(void)
{
    gint fd;

    do
        fd = open("/dev/null", O_RDWR);
    while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd > STDERR_FILENO)
        close(fd);
}

static MgFormat *load(const gchar *filename, GError **error)
{
    MgFormat *format = engine->load(filename, error);

    fill_standard_files();
    return format;
}

static void stop(void)
{
    PyEval_RestoreThread(main_state);
    Py_FinalizeEx();
}

const MgFormatPlugin mg_format_plugin = {start, load, stop};
