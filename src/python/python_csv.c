/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "python/python_csv.h"

#include "render/csv.h"

static gboolean append_value(GString *csv, PyObject *value)
{
    PyObject *text;
    const gchar *utf8;
    Py_ssize_t length;

    if (value == Py_None) {
        mg_csv_append_text(csv, "", 0);
        return TRUE;
    }
    text = PyObject_Str(value);
    utf8 = text != NULL ? PyUnicode_AsUTF8AndSize(text, &length) : NULL;
    if (utf8 != NULL)
        mg_csv_append_text(csv, utf8, (gsize)length);
    Py_XDECREF(text);
    return utf8 != NULL;
}

static gboolean append_row(GString *csv, PyObject *row)
{
    PyObject *values = PySequence_Tuple(row);
    gboolean ok = values != NULL;

    for (Py_ssize_t i = 0; ok && i < PyTuple_GET_SIZE(values); i++) {
        if (i > 0)
            g_string_append_c(csv, ',');
        ok = append_value(csv, PyTuple_GET_ITEM(values, i));
    }
    g_string_append(csv, "\r\n");
    Py_XDECREF(values);
    return ok;
}

PyObject *mg_python_csv_format(PyObject *module, PyObject *arguments)
{
    PyObject *titles, *rows;
    g_autoptr(GString) csv = g_string_new(NULL);
    gboolean ok;

    if (!PyArg_ParseTuple(arguments, "OO!", &titles, &PyList_Type, &rows))
        return NULL;
    ok = append_row(csv, titles);
    for (Py_ssize_t i = 0; ok && i < PyList_GET_SIZE(rows); i++)
        ok = append_row(csv, PyList_GET_ITEM(rows, i));
    return ok ? PyUnicode_FromStringAndSize(csv->str, (Py_ssize_t)csv->len) : NULL;
}
