/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "python/python_courier.h"

#include "base/error.h"
#include "python/python_arguments.h"
#include "python/python_draft.h"
#include "python/python_error.h"
#include "python/python_host.h"
#include "python/python_host_methods.h"
#include "python/python_mail.h"

#include <string.h>

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

/* Other threads of the script have to wait, and a send() may be over meanwhile: `courier` is NULL
 * then. Gives the refusals only. */
static MgOutcome *send_now(MgCourier *courier, const MgMail *mail, GError **error)
{
    MgOutcome *told = NULL;

    if (courier == NULL) {
        g_set_error_literal(error, MG_ERROR, MG_ERROR_GROUP, TOO_LATE);
        return NULL;
    }
    if (!courier->send(courier, mail, error))
        return NULL;
    told = mg_outcome_new();
    for (guint i = 0; courier->outcome != NULL && i < courier->outcome->refusals->len; i++) {
        const MgRefusal *refusal = g_ptr_array_index(courier->outcome->refusals, i);
        mg_outcome_add_refusal(told, refusal->address, refusal->kind, refusal->code, refusal->reply,
                               refusal->reason);
    }
    return told;
}

/* Without the code, as smtplib has it. */
static const gchar *words_of(const MgRefusal *refusal)
{
    g_autofree gchar *code = g_strdup_printf("%u ", refusal->code);

    if (refusal->reply == NULL)
        return refusal->reason;
    return refusal->reply + (g_str_has_prefix(refusal->reply, code) ? strlen(code) : 0);
}

/* As smtplib has it: address → (code, reply). */
static PyObject *make_refusals(const MgOutcome *told)
{
    PyObject *refused = PyDict_New();

    for (guint i = 0; refused != NULL && i < told->refusals->len; i++) {
        const MgRefusal *refusal = g_ptr_array_index(told->refusals, i);
        PyObject *answer = Py_BuildValue("(Iy)", refusal->code, words_of(refusal));

        if (answer == NULL || PyDict_SetItemString(refused, refusal->address, answer) != 0)
            Py_CLEAR(refused);
        Py_XDECREF(answer);
    }
    return refused;
}

static PyObject *send_mail(CourierObject *self, const MgMail *mail)
{
    MgPythonHostCall call;
    g_autoptr(MgOutcome) told = NULL;

    if (mg_python_host_enter(self->host, &call))
        told = send_now(self->courier, mail, &call.error);
    return mg_python_host_leave(&call) ? make_refusals(told) : NULL;
}

static PyObject *courier_send(PyObject *object, PyObject *content)
{
    CourierObject *self = (CourierObject *)object;
    PyObject *mail_object = PyObject_TypeCheck(content, &mg_python_draft_type)
                                ? mg_python_host_methods_compose(self->host, content)
                                : Py_NewRef(content);
    const MgMail *mail = mail_object != NULL ? mg_python_mail_get(mail_object) : NULL;
    PyObject *refusals = mail != NULL ? send_mail(self, mail) : NULL;

    Py_XDECREF(mail_object);
    return refusals;
}

/* Those of the list, and those that were marked before. */
static gboolean mark_ids(MgCourier *courier, const MgGroup *group, PyObject *list)
{
    g_autoptr(GArray) ids = mg_python_arguments_ids(list);
    gsize n_before = 0;
    const gint64 *before = mg_marks_ids(&courier->marks, group, &n_before);

    if (ids == NULL)
        return FALSE;
    if (courier->is_marked)
        g_array_append_vals(ids, before, (guint)n_before);
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
