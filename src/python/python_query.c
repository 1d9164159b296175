/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "python/python_query.h"

#include "base/error.h"
#include "python/python_value.h"

#include <string.h>

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

/* Results */

PyObject *mg_python_query_raise(GError *error, const gchar *sqlstate)
{
    PyObject *failure = PyObject_CallFunction(query_error, "s", error->message);

    g_error_free(error);
    if (failure == NULL)
        return NULL;
    if (PyObject_SetAttrString(failure, "sqlstate", Py_None) == 0 && sqlstate != NULL) {
        PyObject *text = mg_python_value_from_text(sqlstate);
        if (text != NULL)
            PyObject_SetAttrString(failure, "sqlstate", text);
        Py_XDECREF(text);
    }
    if (PyErr_Occurred() == NULL)
        PyErr_SetObject(query_error, failure);
    Py_DECREF(failure);
    return NULL;
}

static gboolean fill_row(PyObject *row, const MgScriptResult *result, guint index, PyObject *names)
{
    for (guint i = 0; i < mg_script_query_n_columns(result); i++) {
        PyObject *value = value_of(mg_script_query_column_type(result, i),
                                   mg_script_query_cell(result, index, i));
        gint failed =
            value == NULL ? -1 : PyDict_SetItem(row, PyList_GET_ITEM(names, (Py_ssize_t)i), value);
        Py_XDECREF(value);
        if (failed != 0)
            return FALSE;
    }
    return TRUE;
}

static PyObject *list_of_rows(const MgScriptResult *result, PyObject *names)
{
    PyObject *rows = PyList_New(0);

    for (guint i = 0; rows != NULL && i < mg_script_query_n_rows(result); i++) {
        PyObject *row = PyDict_New();
        gboolean ok =
            row != NULL && fill_row(row, result, i, names) && PyList_Append(rows, row) == 0;
        Py_XDECREF(row);
        if (!ok)
            Py_CLEAR(rows);
    }
    return rows;
}

static PyObject *list_of_names(const MgScriptResult *result)
{
    PyObject *names = PyList_New(0);

    for (guint i = 0; names != NULL && i < mg_script_query_n_columns(result); i++) {
        PyObject *name = mg_python_value_from_text(mg_script_query_column_name(result, i));
        if (name == NULL || PyList_Append(names, name) != 0)
            Py_CLEAR(names);
        Py_XDECREF(name);
    }
    return names;
}

static PyObject *list_of_types(const MgScriptResult *result)
{
    PyObject *types = PyList_New(0);

    for (guint i = 0; types != NULL && i < mg_script_query_n_columns(result); i++) {
        PyObject *type = PyLong_FromUnsignedLong(mg_script_query_column_type(result, i));
        if (type == NULL || PyList_Append(types, type) != 0)
            Py_CLEAR(types);
        Py_XDECREF(type);
    }
    return types;
}

PyObject *mg_python_query_reply(const MgScriptResult *result)
{
    PyObject *names, *types, *rows;
    long long count = mg_script_query_row_count(result);

    if (!mg_script_query_has_rows(result))
        return Py_BuildValue("OO[]Ls", Py_None, Py_None, count, mg_script_query_status(result));
    names = list_of_names(result);
    types = names != NULL ? list_of_types(result) : NULL;
    rows = types != NULL ? list_of_rows(result, names) : NULL;
    if (rows == NULL) {
        Py_XDECREF(names);
        Py_XDECREF(types);
        return NULL;
    }
    return Py_BuildValue("NNNLs", names, types, rows, count, mg_script_query_status(result));
}

/* Statements */

/* What would take the group's locks away. The database layer notices it as well, but too late: then
 * the group must be begun again. */
static const gchar *const forbidden[] = {"begin", "start", "commit",    "end",     "rollback",
                                         "abort", "copy",  "savepoint", "release", NULL};

static const gchar *skip_comment(const gchar *text)
{
    guint depth = 0;

    if (g_str_has_prefix(text, "--"))
        return text + strcspn(text, "\n");
    do { /* block comments nest in PostgreSQL */
        if (g_str_has_prefix(text, "/*")) {
            depth++;
            text += 2;
        } else if (g_str_has_prefix(text, "*/")) {
            depth--;
            text += 2;
        } else {
            text++;
        }
    } while (depth > 0 && *text != '\0');
    return text;
}

/* The statement's first word in lower case. (transfer full) */
static gchar *first_word(const gchar *sql)
{
    gsize length = 0;

    for (;;) {
        if (g_ascii_isspace(*sql) || *sql == ';')
            sql++;
        else if (g_str_has_prefix(sql, "--") || g_str_has_prefix(sql, "/*"))
            sql = skip_comment(sql);
        else
            break;
    }
    while (g_ascii_isalpha(sql[length]))
        length++;
    return g_ascii_strdown(sql, (gssize)length);
}

static gboolean check_allowed(const gchar *sql)
{
    g_autofree gchar *word = first_word(sql);

    if (!g_strv_contains(forbidden, word))
        return TRUE;
    mg_python_query_raise(g_error_new(MG_ERROR, MG_ERROR_GROUP,
                                      "a script must not use %s: the transaction is the program's",
                                      word),
                          NULL);
    return FALSE;
}

const gchar *mg_python_query_text(PyObject *sql)
{
    gchar *text;

    /* With a NULL for the length a NUL in the text is an error: libpq would cut the statement
     * there. */
    if (PyBytes_AsStringAndSize(sql, &text, NULL) != 0 || !check_allowed(text))
        return NULL;
    return text;
}
