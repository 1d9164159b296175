/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "python/python_value.h"

#include "base/clock.h"

#include <datetime.h>
#include <stdio.h>
#include <string.h>

static PyObject *json_loads; /* what is imported on first need; under the GIL */
static PyObject *decimal_class;

gboolean mg_python_value_init(void)
{
    PyDateTime_IMPORT;
    return PyDateTimeAPI != NULL;
}

static PyObject *import_once(PyObject **kept, const gchar *module_name, const gchar *name)
{
    PyObject *module;

    if (*kept != NULL)
        return *kept;
    module = PyImport_ImportModule(module_name);
    if (module == NULL)
        return NULL;
    *kept = PyObject_GetAttrString(module, name);
    Py_DECREF(module);
    return *kept;
}

static PyObject *from_call(PyObject *function, const gchar *text)
{
    return function != NULL ? PyObject_CallFunction(function, "s", text) : NULL;
}

PyObject *mg_python_value_from_text(const gchar *text)
{
    return text != NULL ? PyUnicode_FromString(text) : Py_NewRef(Py_None);
}

PyObject *mg_python_value_from_bytes(GBytes *bytes)
{
    gsize length;
    const gchar *data = g_bytes_get_data(bytes, &length);

    return PyBytes_FromStringAndSize(data, (Py_ssize_t)length);
}

PyObject *mg_python_value_from_strv(const gchar *const *texts)
{
    PyObject *list = PyList_New(0);

    for (const gchar *const *text = texts; list != NULL && *text != NULL; text++) {
        PyObject *item = PyUnicode_FromString(*text);
        if (item == NULL || PyList_Append(list, item) != 0)
            Py_CLEAR(list);
        Py_XDECREF(item);
    }
    return list;
}

/* datetime.max and datetime.min are what psycopg2 gives for PostgreSQL's infinities. */
static PyObject *from_infinity(gboolean is_negative, PyObject *zone)
{
    if (is_negative)
        return PyDateTimeAPI->DateTime_FromDateAndTime(1, 1, 1, 0, 0, 0, 0, zone,
                                                       PyDateTimeAPI->DateTimeType);
    return PyDateTimeAPI->DateTime_FromDateAndTime(9999, 12, 31, 23, 59, 59, 999999, zone,
                                                   PyDateTimeAPI->DateTimeType);
}

static gint microseconds(const gchar **text)
{
    gint value = 0;
    gint n_digits = 0;

    if (**text != '.')
        return 0;
    for ((*text)++; g_ascii_isdigit(**text); (*text)++)
        if (n_digits < 6) {
            value = value * 10 + (**text - '0');
            n_digits++;
        }
    for (; n_digits < 6; n_digits++)
        value *= 10;
    return value;
}

/* "2026-11-20 03:04:05.123456+00": the session runs in UTC, so another zone cannot occur. None
 * where the type has none. */
static PyObject *from_timestamp(const gchar *text, gboolean has_zone)
{
    PyObject *zone = has_zone ? PyDateTime_TimeZone_UTC : Py_None;
    gint year, month, day, hour, minute, second, length = 0;
    gint fraction;
    const gchar *rest;

    if (g_str_equal(text, "infinity") || g_str_equal(text, "-infinity"))
        return from_infinity(*text == '-', zone);
    if (sscanf(text, "%d-%2d-%2d %2d:%2d:%2d%n", &year, &month, &day, &hour, &minute, &second,
               &length) != 6)
        return PyErr_Format(PyExc_ValueError, "not a timestamp: %s", text);
    rest = text + length;
    fraction = microseconds(&rest);
    if (!g_str_equal(rest, has_zone ? "+00" : ""))
        return PyErr_Format(PyExc_ValueError, "timestamp %s is outside of what Python can hold",
                            text);
    return PyDateTimeAPI->DateTime_FromDateAndTime(year, month, day, hour, minute, second, fraction,
                                                   zone, PyDateTimeAPI->DateTimeType);
}

static PyObject *from_date(const gchar *text)
{
    gint year, month, day, length = 0;

    if (g_str_equal(text, "infinity"))
        return PyDate_FromDate(9999, 12, 31);
    if (g_str_equal(text, "-infinity"))
        return PyDate_FromDate(1, 1, 1);
    if (sscanf(text, "%d-%2d-%2d%n", &year, &month, &day, &length) != 3 || text[length] != '\0')
        return PyErr_Format(PyExc_ValueError, "date %s is outside of what Python can hold", text);
    return PyDate_FromDate(year, month, day);
}

static PyObject *from_clock(const gchar *text)
{
    static PyObject *time_class; /* under the GIL */
    PyObject *class = import_once(&time_class, "datetime", "time");

    return class != NULL ? PyObject_CallMethod(class, "fromisoformat", "s", text) : NULL;
}

static PyObject *from_real(const gchar *text)
{
    gdouble value = PyOS_string_to_double(text, NULL, NULL);

    if (value == -1.0 && PyErr_Occurred() != NULL)
        return NULL;
    return PyFloat_FromDouble(value);
}

PyObject *mg_python_value_from_cell(MgKind kind, const gchar *cell)
{
    if (cell == NULL)
        Py_RETURN_NONE;
    switch (kind) {
    case MG_KIND_BOOLEAN:
        return PyBool_FromLong(*cell == 't');
    case MG_KIND_INTEGER:
        return PyLong_FromString(cell, NULL, 10);
    case MG_KIND_REAL:
        return from_real(cell);
    case MG_KIND_NUMERIC:
        return from_call(import_once(&decimal_class, "decimal", "Decimal"), cell);
    case MG_KIND_TIMESTAMP:
        return from_timestamp(cell, TRUE);
    case MG_KIND_LOCAL_TIME:
        return from_timestamp(cell, FALSE);
    case MG_KIND_DATE:
        return from_date(cell);
    case MG_KIND_CLOCK:
        return from_clock(cell);
    case MG_KIND_JSON:
        return from_call(import_once(&json_loads, "json", "loads"), cell);
    case MG_KIND_TEXT:
    case MG_KIND_INET:
        return PyUnicode_FromString(cell);
    }
    g_assert_not_reached();
}

PyObject *mg_python_value_from_time(gint64 time_us)
{
    GDateTime *time;
    gint64 seconds, fraction;
    PyObject *value;

    if (time_us == MG_CLOCK_NONE)
        Py_RETURN_NONE;
    seconds = time_us / G_USEC_PER_SEC;
    fraction = time_us % G_USEC_PER_SEC;
    if (fraction < 0) { /* C truncates towards zero; times before 1970 need the floor */
        seconds--;
        fraction += G_USEC_PER_SEC;
    }
    time = g_date_time_new_from_unix_utc(seconds);
    if (time == NULL)
        return from_infinity(time_us < 0, PyDateTime_TimeZone_UTC);
    value = PyDateTimeAPI->DateTime_FromDateAndTime(
        g_date_time_get_year(time), g_date_time_get_month(time), g_date_time_get_day_of_month(time),
        g_date_time_get_hour(time), g_date_time_get_minute(time), g_date_time_get_second(time),
        (gint)fraction, PyDateTime_TimeZone_UTC, PyDateTimeAPI->DateTimeType);
    g_date_time_unref(time);
    return value;
}

PyObject *mg_python_value_from_interval(gint64 interval_us)
{
    gint64 day = 24 * 3600 * (gint64)G_USEC_PER_SEC;

    return PyDelta_FromDSU((gint)(interval_us / day), (gint)(interval_us % day / G_USEC_PER_SEC),
                           (gint)(interval_us % G_USEC_PER_SEC));
}

static gboolean fill_row(PyObject *row, const MgEvents *events, gsize index, PyObject **names)
{
    for (gsize i = 0; i < events->n_columns; i++) {
        PyObject *value =
            mg_python_value_from_cell(events->columns[i].kind, mg_events_cell(events, index, i));
        gint failed = value == NULL ? -1 : PyDict_SetItem(row, names[i], value);

        Py_XDECREF(value);
        if (failed != 0)
            return FALSE;
    }
    return TRUE;
}

static PyObject *list_of_rows(const MgEvents *events, PyObject **names)
{
    PyObject *list = PyList_New(0);

    for (gsize i = 0; list != NULL && i < events->n_events; i++) {
        PyObject *row = PyDict_New();
        gboolean ok =
            row != NULL && fill_row(row, events, i, names) && PyList_Append(list, row) == 0;

        Py_XDECREF(row);
        if (!ok)
            Py_CLEAR(list);
    }
    return list;
}

PyObject *mg_python_value_from_events(const MgEvents *events)
{
    g_autofree PyObject **names = g_new0(PyObject *, events->n_columns + 1);
    gboolean ok = TRUE;
    PyObject *list = NULL;

    for (gsize i = 0; ok && i < events->n_columns; i++) {
        names[i] = PyUnicode_InternFromString(events->columns[i].name);
        ok = names[i] != NULL;
    }
    if (ok)
        list = list_of_rows(events, names);
    for (gsize i = 0; i < events->n_columns; i++)
        Py_XDECREF(names[i]);
    return list;
}

PyObject *mg_python_value_itself(PyObject *object, PyObject *unused)
{
    return Py_NewRef(object);
}
