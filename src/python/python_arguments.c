/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "python/python_arguments.h"

#include "mime/address.h"
#include "python/python_error.h"

#include <string.h>

/* Names that no template can use are left out: a script's dict may hold anything. */
static gboolean add_pair(MgPairs *pairs, PyObject *key, PyObject *value)
{
    const gchar *name = PyUnicode_Check(key) ? PyUnicode_AsUTF8(key) : NULL;
    PyObject *text;
    const gchar *utf8;
    Py_ssize_t length;

    if (name == NULL)
        return PyErr_Occurred() == NULL;
    if (value == Py_None) {
        mg_pairs_set(pairs, name, NULL);
        return TRUE;
    }
    text = PyObject_Str(value);
    utf8 = text != NULL ? PyUnicode_AsUTF8AndSize(text, &length) : NULL;
    if (utf8 != NULL && strlen(utf8) != (gsize)length) {
        PyErr_Format(PyExc_ValueError, "the substitution for %R holds a NUL character", key);
        utf8 = NULL;
    }
    if (utf8 != NULL)
        mg_pairs_set(pairs, name, utf8);
    Py_XDECREF(text);
    return utf8 != NULL;
}

MgPairs *mg_python_arguments_pairs(PyObject *mapping)
{
    g_autoptr(MgPairs) pairs = mg_pairs_new();
    PyObject *key, *value;
    Py_ssize_t position = 0;

    if (!PyDict_Check(mapping)) {
        PyErr_SetString(PyExc_TypeError, "substitutions must be a dict");
        return NULL;
    }
    while (PyDict_Next(mapping, &position, &key, &value)) {
        gboolean ok;
        /* str() may run code that changes the dict. */
        Py_INCREF(key);
        Py_INCREF(value);
        ok = add_pair(pairs, key, value);
        Py_DECREF(key);
        Py_DECREF(value);
        if (!ok)
            return NULL;
    }
    return g_steal_pointer(&pairs);
}

gboolean mg_python_arguments_strv(PyObject *list, gchar ***texts)
{
    g_autoptr(GStrvBuilder) builder = NULL;

    *texts = NULL;
    if (list == Py_None)
        return TRUE;
    if (!PyList_Check(list)) {
        PyErr_Format(PyExc_TypeError, "a list of str wanted, not %R", list);
        return FALSE;
    }
    builder = g_strv_builder_new();
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(list); i++) {
        PyObject *item = PyList_GET_ITEM(list, i);
        const gchar *text = PyUnicode_Check(item) ? PyUnicode_AsUTF8(item) : NULL;
        if (text == NULL) {
            if (PyErr_Occurred() == NULL)
                PyErr_Format(PyExc_TypeError, "a str wanted, not %R", item);
            return FALSE;
        }
        g_strv_builder_add(builder, text);
    }
    *texts = g_strv_builder_end(builder);
    return TRUE;
}

GArray *mg_python_arguments_ids(PyObject *sequence)
{
    PyObject *items = PySequence_Tuple(sequence);
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(gint64));
    gboolean ok = items != NULL;

    for (Py_ssize_t i = 0; ok && i < PyTuple_GET_SIZE(items); i++) {
        gint64 id = PyLong_AsLongLong(PyTuple_GET_ITEM(items, i));
        ok = id != -1 || PyErr_Occurred() == NULL;
        g_array_append_val(ids, id);
    }
    Py_XDECREF(items);
    return ok ? g_steal_pointer(&ids) : NULL;
}

gboolean mg_python_arguments_addresses(PyObject *list, gchar ***tos)
{
    g_auto(GStrv) texts = NULL;
    g_autoptr(GStrvBuilder) bare = g_strv_builder_new();
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    *tos = NULL;
    if (!mg_python_arguments_strv(list, &texts))
        return FALSE;
    for (gsize i = 0; texts != NULL && texts[i] != NULL; i++) {
        GError *error = NULL;
        g_auto(GStrv) addresses = mg_address_list(texts[i], &error);
        if (addresses == NULL) {
            mg_python_error_raise(error);
            return FALSE;
        }
        for (gchar **address = addresses; *address != NULL; address++)
            if (g_hash_table_add(seen, g_strdup(*address)))
                g_strv_builder_add(bare, *address);
    }
    if (texts != NULL && texts[0] != NULL)
        *tos = g_strv_builder_end(bare);
    return TRUE;
}

GBytes *mg_python_arguments_bytes(PyObject *object)
{
    gchar *data;
    Py_ssize_t length;

    if (PyBytes_AsStringAndSize(object, &data, &length) != 0)
        return NULL;
    return g_bytes_new(data, (gsize)length);
}
