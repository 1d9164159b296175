/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "python/python_query.h"

#include "base/error.h"
#include "database/script_query.h"
#include "python/python_error.h"
#include "python/python_host.h"
#include "python/python_value.h"

static PyObject *query_error; /* intelmqmail._core.QueryError */

gboolean mg_python_query_init(PyObject *module)
{
    query_error = PyErr_NewException("intelmqmail._core.QueryError", NULL, NULL);
    return query_error != NULL && PyModule_AddObjectRef(module, "QueryError", query_error) == 0;
}

/* The types that the core knows, by OID (pg_type.dat; they never change). */
static gboolean kind_of(guint oid, MgKind *kind)
{
    switch (oid) {
    case 16:
        *kind = MG_KIND_BOOLEAN;
        return TRUE;
    case 20: /* int8 */
    case 21: /* int2 */
    case 23: /* int4 */
    case 26: /* oid */
        *kind = MG_KIND_INTEGER;
        return TRUE;
    case 700:
    case 701:
        *kind = MG_KIND_REAL;
        return TRUE;
    case 1700:
        *kind = MG_KIND_NUMERIC;
        return TRUE;
    case 1184: /* timestamptz */
        *kind = MG_KIND_TIMESTAMP;
        return TRUE;
    case 114:  /* json */
    case 3802: /* jsonb */
        *kind = MG_KIND_JSON;
        return TRUE;
    case 18:   /* "char" */
    case 19:   /* name */
    case 25:   /* text */
    case 869:  /* inet */
    case 1042: /* char(n) */
    case 1043: /* varchar */
        *kind = MG_KIND_TEXT;
        return TRUE;
    default:
        return FALSE;
    }
}

/* Dates, arrays and the like, which need more code than speed. */
static PyObject *convert_in_python(guint oid, const gchar *text)
{
    static PyObject *convert; /* under the GIL */
    PyObject *module;

    if (convert == NULL) {
        module = PyImport_ImportModule("intelmqmail._adapt");
        convert = module != NULL ? PyObject_GetAttrString(module, "convert") : NULL;
        Py_XDECREF(module);
    }
    return convert != NULL ? PyObject_CallFunction(convert, "Is", oid, text) : NULL;
}

static PyObject *value_of(guint oid, const gchar *text)
{
    MgKind kind;

    if (text == NULL)
        Py_RETURN_NONE;
    if (kind_of(oid, &kind))
        return mg_python_value_from_cell(kind, text);
    return convert_in_python(oid, text);
}

PyObject *mg_python_query_value(PyObject *module, PyObject *arguments)
{
    guint oid;
    const gchar *text;

    return PyArg_ParseTuple(arguments, "Iz", &oid, &text) ? value_of(oid, text) : NULL;
}

PyObject *mg_python_query_run(MgConnection *connection, PyObject *sql, PyObject *host)
{
    return NULL;
}
