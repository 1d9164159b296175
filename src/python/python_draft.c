/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "python/python_draft.h"

#include "mime/compose.h"
#include "python/python_arguments.h"
#include "python/python_error.h"
#include "python/python_value.h"

typedef struct {
    PyObject_HEAD MgDraft *draft;
} DraftObject;

PyObject *mg_python_draft_new(MgDraft *draft)
{
    DraftObject *self = (DraftObject *)mg_python_draft_type.tp_alloc(&mg_python_draft_type, 0);

    if (self == NULL)
        mg_draft_free(draft);
    else
        self->draft = draft;
    return (PyObject *)self;
}

/* copy(ticket, envelope_tos): None leaves what the draft has. */
static PyObject *draft_copy(PyObject *object, PyObject *arguments)
{
    const gchar *ticket;
    PyObject *list;
    g_autoptr(MgDraft) copy = NULL;
    gchar **tos;

    if (!PyArg_ParseTuple(arguments, "zO", &ticket, &list) ||
        !mg_python_arguments_addresses(list, &tos))
        return NULL;
    copy = mg_draft_copy(((DraftObject *)object)->draft);
    if (ticket != NULL) {
        g_free(copy->ticket);
        copy->ticket = g_strdup(ticket);
    }
    if (tos != NULL) {
        g_strfreev(copy->envelope_tos);
        copy->envelope_tos = tos;
    }
    return mg_python_draft_new(g_steal_pointer(&copy));
}

/* Draft(sender, recipient, subject, body, attachment name, attachment, envelope sender) */
static PyObject *draft_new(PyTypeObject *type, PyObject *arguments, PyObject *names)
{
    const gchar *sender, *recipient, *subject, *body, *attachment_name, *attachment;
    const gchar *envelope_from = NULL;
    MgDraft *draft;

    if (!PyArg_ParseTuple(arguments, "sssszz|z", &sender, &recipient, &subject, &body,
                          &attachment_name, &attachment, &envelope_from))
        return NULL;
    draft = mg_draft_new();
    draft->sender = g_strdup(sender);
    draft->recipient = g_strdup(recipient);
    draft->subject = g_strdup(subject);
    draft->body = g_strdup(body);
    draft->attachment_name = g_strdup(attachment_name);
    draft->attachment = g_strdup(attachment);
    draft->envelope_from = g_strdup(envelope_from);
    return mg_python_draft_new(draft);
}

/* check(with the sender): raises where no mail can be made of it. */
static PyObject *draft_check(PyObject *object, PyObject *with_sender)
{
    GError *error = NULL;

    if (!mg_compose_check(((DraftObject *)object)->draft, with_sender == Py_True, &error))
        return mg_python_error_raise(error);
    Py_RETURN_NONE;
}

static void draft_free(PyObject *object)
{
    mg_draft_free(((DraftObject *)object)->draft);
    Py_TYPE(object)->tp_free(object);
}

static PyObject *draft_text(PyObject *object, void *offset)
{
    const gchar *const *text =
        (gconstpointer)((const gchar *)((DraftObject *)object)->draft + GPOINTER_TO_SIZE(offset));

    return mg_python_value_from_text(*text);
}

#define DRAFT_TEXT(name)                                                                           \
    {                                                                                              \
#name, draft_text, NULL, NULL, GSIZE_TO_POINTER(G_STRUCT_OFFSET(MgDraft, name))            \
    }
static PyGetSetDef draft_attributes[] = {
    DRAFT_TEXT(sender), DRAFT_TEXT(recipient), DRAFT_TEXT(subject),
    DRAFT_TEXT(body),   DRAFT_TEXT(ticket),    {NULL},
};

static PyMethodDef draft_methods[] = {
    {"copy", draft_copy, METH_VARARGS, NULL},
    {"check", draft_check, METH_O, NULL},
    MG_PYTHON_VALUE_COPY_METHODS,
    {NULL},
};

PyTypeObject mg_python_draft_type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "intelmqmail._core.Draft",
    .tp_basicsize = sizeof(DraftObject),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = draft_new,
    .tp_dealloc = draft_free,
    .tp_getset = draft_attributes,
    .tp_methods = draft_methods,
};

const MgDraft *mg_python_draft_get(PyObject *object)
{
    return mg_python_error_check_type(object, &mg_python_draft_type)
               ? ((DraftObject *)object)->draft
               : NULL;
}
