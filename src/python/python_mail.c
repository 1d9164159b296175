/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "python/python_mail.h"

#include "mime/address.h"
#include "mime/message_id.h"
#include "python/python_arguments.h"
#include "python/python_error.h"
#include "python/python_value.h"

#include <string.h>

#define FIRST_SECOND G_GINT64_CONSTANT(-62135596800) /* 0001-01-01 00:00:00 UTC */
#define LAST_SECOND G_GINT64_CONSTANT(253402300799)  /* 9999-12-31 23:59:59 */

typedef struct {
    PyObject_HEAD MgMail *mail;
} MailObject;

PyObject *mg_python_mail_new(MgMail *mail)
{
    MailObject *self = (MailObject *)mg_python_mail_type.tp_alloc(&mg_python_mail_type, 0);

    if (self == NULL)
        mg_mail_free(mail);
    else
        self->mail = mail;
    return (PyObject *)self;
}

/* What a script has written itself must be fit for SMTP: 7 bit, CRLF only. */
static gboolean check_wire(const gchar *wire, gsize length)
{
    for (gsize i = 0; i < length; i++) {
        guchar byte = (guchar)wire[i];
        gboolean ends_line = byte == '\r' && i + 1 < length && wire[i + 1] == '\n';
        if (ends_line) {
            i++;
            continue;
        }
        if (byte == '\0' || byte == '\r' || byte == '\n' || byte >= 0x80) {
            PyErr_Format(PyExc_ValueError, "byte 0x%02x at offset %zu of the mail cannot be sent",
                         byte, i);
            return FALSE;
        }
    }
    return TRUE;
}

/* A time zone can carry a datetime out of the years that are told in four digits. */
static gboolean is_date(long long seconds)
{
    return seconds >= FIRST_SECOND && seconds <= LAST_SECOND;
}

static gboolean fill_envelope(MgMail *mail, const gchar *from, const gchar *to, PyObject *list)
{
    GError *error = NULL;

    if (!mg_python_arguments_addresses(list, &mail->envelope_tos))
        return FALSE;
    mail->envelope_from = mg_address_of_sender(from, &error);
    if (mail->envelope_from != NULL && mail->envelope_tos == NULL)
        mail->envelope_tos = mg_address_list(to, &error);
    if (error != NULL) {
        mg_python_error_raise(error);
        return FALSE;
    }
    return TRUE;
}

/* Mail(wire, from, to, envelope_tos, message id, date in seconds, subject, ticket) */
static PyObject *mail_new(PyTypeObject *type, PyObject *arguments, PyObject *names)
{
    const gchar *wire, *from, *to, *message_id, *subject, *ticket;
    Py_ssize_t length;
    long long date;
    PyObject *list;
    g_autoptr(MgMail) mail = mg_mail_new();

    if (!PyArg_ParseTuple(arguments, "y#ssOsLsz", &wire, &length, &from, &to, &list, &message_id,
                          &date, &subject, &ticket))
        return NULL;
    if (!check_wire(wire, (gsize)length) || !fill_envelope(mail, from, to, list))
        return NULL;
    if (!mg_message_id_is_fit(message_id))
        return PyErr_Format(PyExc_ValueError, "'%s' cannot be the mail's Message-Id", message_id);
    if (!is_date(date))
        return PyErr_Format(PyExc_ValueError, "the mail's Date is out of range: %lld seconds",
                            date);
    mail->wire = g_bytes_new(wire, (gsize)length);
    mail->recipient = g_strdup(to);
    mail->message_id = g_strdup(message_id);
    mail->date = (gint64)date * G_USEC_PER_SEC;
    mail->subject = g_strdup(subject);
    mail->ticket = g_strdup(ticket);
    return mg_python_mail_new(g_steal_pointer(&mail));
}

static void mail_free(PyObject *object)
{
    mg_mail_free(((MailObject *)object)->mail);
    Py_TYPE(object)->tp_free(object);
}

static PyObject *mail_wire(PyObject *object, void *unused)
{
    return mg_python_value_from_bytes(((MailObject *)object)->mail->wire);
}

static PyObject *mail_envelope_from(PyObject *object, void *unused)
{
    return mg_python_value_from_text(((MailObject *)object)->mail->envelope_from);
}

static PyObject *mail_envelope_tos(PyObject *object, void *unused)
{
    gchar **tos = ((MailObject *)object)->mail->envelope_tos;

    return mg_python_value_from_strv((const gchar *const *)tos);
}

static PyObject *mail_ticket(PyObject *object, void *unused)
{
    return mg_python_value_from_text(((MailObject *)object)->mail->ticket);
}

static PyGetSetDef mail_attributes[] = {
    {"wire", mail_wire, NULL, NULL, NULL},
    {"envelope_from", mail_envelope_from, NULL, NULL, NULL},
    {"envelope_tos", mail_envelope_tos, NULL, NULL, NULL},
    {"ticket", mail_ticket, NULL, NULL, NULL},
    {NULL},
};

static PyMethodDef mail_methods[] = {
    MG_PYTHON_VALUE_COPY_METHODS,
    {NULL},
};

PyTypeObject mg_python_mail_type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "intelmqmail._core.Mail",
    .tp_basicsize = sizeof(MailObject),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = mail_new,
    .tp_dealloc = mail_free,
    .tp_getset = mail_attributes,
    .tp_methods = mail_methods,
};

const MgMail *mg_python_mail_get(PyObject *object)
{
    return mg_python_error_check_type(object, &mg_python_mail_type) ? ((MailObject *)object)->mail
                                                                    : NULL;
}
