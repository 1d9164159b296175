/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "python/python_host.h"

#include "base/error.h"
#include "python/python_error.h"

PyObject *mg_python_host_new(PyTypeObject *type, MgHost *host)
{
    MgPythonHost *self = PyObject_New(MgPythonHost, type);

    if (self == NULL)
        return NULL;
    self->host = host;
    self->gravest = MG_ERROR_GROUP;
    self->has_queried = FALSE;
    mg_python_guard_init(&self->guard);
    return (PyObject *)self;
}

void mg_python_host_set_open(PyObject *object, gboolean is_open)
{
    MgPythonHost *self = (MgPythonHost *)object;

    g_assert(self->host != NULL);
    mg_python_guard_set_open(&self->guard, is_open);
}

void mg_python_host_end(PyObject *object)
{
    ((MgPythonHost *)object)->host = NULL;
}

const MgGroup *mg_python_host_group(PyObject *object)
{
    return ((MgPythonHost *)object)->host->terms.group;
}

gint mg_python_host_gravest(PyObject *object)
{
    return ((MgPythonHost *)object)->gravest;
}

MgHost *mg_python_host_get(PyObject *object)
{
    const gchar *why = mg_python_guard_why_closed(&((MgPythonHost *)object)->guard);

    if (why == NULL)
        return ((MgPythonHost *)object)->host;
    PyErr_SetString(mg_python_error_class, why);
    return NULL;
}

PyObject *mg_python_host_raise(PyObject *object, GError *error)
{
    MgPythonHost *self = (MgPythonHost *)object;
    /* What the set-up seems to lack, the script may have hidden: SET search_path, for one. */
    gboolean is_own_doing = error->code == MG_ERROR_SETUP && self->has_queried;

    if (error->code != MG_ERROR_GROUP && !is_own_doing)
        self->gravest = error->code;
    return mg_python_error_raise_template(error);
}

gboolean mg_python_host_enter(PyObject *object, MgPythonHostCall *call)
{
    MgPythonHost *self = (MgPythonHost *)object;

    *call = (MgPythonHostCall){.object = object, .thread = PyEval_SaveThread()};
    if (!mg_python_guard_enter(&self->guard, &call->error))
        return FALSE;
    call->host = self->host;
    return TRUE;
}

gboolean mg_python_host_leave_with(MgPythonHostCall *call, GError **error)
{
    if (call->host != NULL)
        mg_python_guard_leave(&((MgPythonHost *)call->object)->guard);
    PyEval_RestoreThread(call->thread);
    if (call->error == NULL)
        return TRUE;
    g_propagate_error(error, call->error);
    return FALSE;
}

gboolean mg_python_host_leave(MgPythonHostCall *call)
{
    GError *error = NULL;

    if (mg_python_host_leave_with(call, &error))
        return TRUE;
    mg_python_host_raise(call->object, error);
    return FALSE;
}

void mg_python_host_note_query(PyObject *object)
{
    ((MgPythonHost *)object)->has_queried = TRUE;
}
