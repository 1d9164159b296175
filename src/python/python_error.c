/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "python/python_error.h"

#include "base/error.h"

#include <string.h>

PyObject *mg_python_error_class;

/* Messages quote foreign text, but a message may be cut or come from a library: never let one that
 * is not UTF-8 hide the error. */
static PyObject *text_of(const gchar *message)
{
    return PyUnicode_DecodeUTF8(message, (Py_ssize_t)strlen(message), "backslashreplace");
}

static void raise_text(PyObject *class, PyObject *text)
{
    if (text == NULL)
        return;
    PyErr_SetObject(class, text);
    Py_DECREF(text);
}

PyObject *mg_python_error_raise(GError *error)
{
    raise_text(mg_python_error_class, text_of(error->message));
    g_error_free(error);
    return NULL;
}

/* `'name'` after `start`, without the quotes. */
static gchar *quoted_name(const gchar *start)
{
    const gchar *end = *start == '\'' ? strchr(start + 1, '\'') : NULL;

    return end != NULL ? g_strndup(start + 1, (gsize)(end - start - 1)) : g_strdup(start);
}

static void raise_as_python_would(const gchar *message)
{
    const gchar *unknown = strstr(message, "KeyError: ");
    const gchar *invalid = strstr(message, "ValueError: ");
    g_autofree gchar *text = NULL;

    if (unknown != NULL) {
        text = quoted_name(unknown + strlen("KeyError: "));
        raise_text(PyExc_KeyError, text_of(text));
    } else if (invalid != NULL) {
        invalid += strlen("ValueError: ");
        text = g_strndup(invalid, strcspn(invalid, "\n"));
        raise_text(PyExc_ValueError, text_of(text));
    }
}

/* What is set now becomes the cause of what `message` says. */
static void chain(const gchar *message)
{
    PyObject *class, *value, *traceback, *cause;

    PyErr_Fetch(&class, &cause, &traceback);
    PyErr_NormalizeException(&class, &cause, &traceback);
    Py_XDECREF(class);
    Py_XDECREF(traceback);
    raise_as_python_would(message);
    PyErr_Fetch(&class, &value, &traceback);
    PyErr_NormalizeException(&class, &value, &traceback);
    if (value != NULL && cause != NULL)
        PyException_SetCause(value, Py_NewRef(cause));
    Py_XDECREF(cause);
    PyErr_Restore(class, value, traceback);
}

PyObject *mg_python_error_raise_template(GError *error)
{
    gboolean is_template = strstr(error->message, "KeyError: ") != NULL ||
                           strstr(error->message, "ValueError: ") != NULL;
    g_autofree gchar *message = g_strdup(error->message);

    mg_python_error_raise(error);
    if (is_template)
        chain(message);
    return NULL;
}

gboolean mg_python_error_check_type(PyObject *object, PyTypeObject *type)
{
    if (PyObject_TypeCheck(object, type))
        return TRUE;
    PyErr_Format(PyExc_TypeError, "%s wanted, not %R", type->tp_name, object);
    return FALSE;
}

void mg_python_error_take(GError **error, gint code, const gchar *what)
{
    PyObject *class, *value, *traceback, *text;
    const gchar *message;

    PyErr_Fetch(&class, &value, &traceback);
    PyErr_NormalizeException(&class, &value, &traceback);
    text = value != NULL ? PyObject_Str(value) : NULL;
    message = text != NULL ? PyUnicode_AsUTF8(text) : NULL;
    g_set_error(error, MG_ERROR, code, "%s: %s: %s", what,
                class != NULL ? ((PyTypeObject *)class)->tp_name : "no exception",
                message != NULL ? message : "");
    PyErr_Clear();
    Py_XDECREF(text);
    Py_XDECREF(class);
    Py_XDECREF(value);
    Py_XDECREF(traceback);
}
