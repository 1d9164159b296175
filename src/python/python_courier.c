/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "python/python_courier.h"

#include "base/error.h"
#include "python/python_error.h"
#include "python/python_host.h"
#include "python/python_mail.h"

typedef struct {
    PyObject_HEAD PyObject *host;
    MgCourier *courier; /* NULL: too late */
} CourierObject;

PyObject *mg_python_courier_new(PyObject *host, MgCourier *courier)
{
    CourierObject *self = PyObject_New(CourierObject, &mg_python_courier_type);

    if (self == NULL)
        return NULL;
    self->host = Py_NewRef(host);
    self->courier = courier;
    return (PyObject *)self;
}

void mg_python_courier_end(PyObject *object)
{
    ((CourierObject *)object)->courier = NULL;
}

static void courier_free(PyObject *object)
{
    Py_DECREF(((CourierObject *)object)->host);
    PyObject_Free(object);
}

#define TOO_LATE "send() is over: nothing can be sent any more"

static void send(CourierObject *self, const MgMail *mail, GError **error)
{
    if (!mg_python_host_enter(self->host, error))
        return;
    /* Other threads of the script have to wait, and a send() may be over meanwhile. */
    if (self->courier != NULL)
        self->courier->send(self->courier, mail, error);
    else
        g_set_error_literal(error, MG_ERROR, MG_ERROR_GROUP, TOO_LATE);
    mg_python_host_leave(self->host);
}

static PyObject *courier_send(PyObject *object, PyObject *content)
{
    CourierObject *self = (CourierObject *)object;
    PyObject *mail_object = PyObject_TypeCheck(content, &mg_python_mail_draft_type)
                                ? mg_python_host_compose(self->host, content)
                                : Py_NewRef(content);
    const MgMail *mail = mail_object != NULL ? mg_python_mail_mail(mail_object) : NULL;
    GError *error = NULL;

    if (mail != NULL) {
        Py_BEGIN_ALLOW_THREADS;
        send(self, mail, &error);
        Py_END_ALLOW_THREADS;
    }
    Py_XDECREF(mail_object);
    if (error != NULL)
        return mg_python_host_raise(self->host, error);
    return mail != NULL ? Py_NewRef(Py_None) : NULL;
}

/* Those of the list, and those that were marked before. */
static gboolean mark_ids(MgCourier *courier, const MgGroup *group, PyObject *list)
{
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(gint64));
    gsize n_before = 0;
    const gint64 *before = mg_marks_ids(&courier->marks, group, &n_before);

    if (courier->is_marked)
        g_array_append_vals(ids, before, (guint)n_before);
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(list); i++) {
        gint64 id = PyLong_AsLongLong(PyList_GET_ITEM(list, i));
        if (id == -1 && PyErr_Occurred() != NULL)
            return FALSE;
        g_array_append_val(ids, id);
    }
    mg_marks_clear(&courier->marks);
    courier->marks = mg_marks_of(group, (const gint64 *)ids->data, ids->len);
    return TRUE;
}

/* mark(ticket, directive ids) */
static PyObject *courier_mark(PyObject *object, PyObject *arguments)
{
    MgCourier *courier = ((CourierObject *)object)->courier;
    const gchar *ticket;
    PyObject *ids;

    if (!PyArg_ParseTuple(arguments, "sO!", &ticket, &PyList_Type, &ids))
        return NULL;
    if (courier == NULL) {
        PyErr_SetString(mg_python_error_class, TOO_LATE);
        return NULL;
    }
    if (!mark_ids(courier, mg_python_host_group(((CourierObject *)object)->host), ids))
        return NULL;
    courier->is_marked = TRUE;
    g_free(courier->ticket);
    courier->ticket = g_strdup(ticket);
    Py_RETURN_NONE;
}

static PyObject *courier_host(PyObject *object, void *unused)
{
    return Py_NewRef(((CourierObject *)object)->host);
}

static PyGetSetDef courier_attributes[] = {
    {"host", courier_host, NULL, NULL, NULL},
    {NULL},
};

static PyMethodDef courier_methods[] = {
    {"send", courier_send, METH_O, NULL},
    {"mark", courier_mark, METH_VARARGS, NULL},
    {NULL},
};

PyTypeObject mg_python_courier_type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "intelmqmail._core.Courier",
    .tp_basicsize = sizeof(CourierObject),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .tp_dealloc = courier_free,
    .tp_methods = courier_methods,
    .tp_getset = courier_attributes,
};
