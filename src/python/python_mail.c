/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "python/python_mail.h"

#include "mime/address.h"
#include "mime/compose.h"
#include "python/python_error.h"
#include "python/python_value.h"

#include <string.h>

#define FIRST_SECOND G_GINT64_CONSTANT(-62135596800) /* 0001-01-01 00:00:00 UTC */
#define LAST_SECOND G_GINT64_CONSTANT(253402300799)  /* 9999-12-31 23:59:59 */

typedef struct {
    PyObject_HEAD MgTable *table;
} TableObject;

typedef struct {
    PyObject_HEAD MgDraft *draft;
} DraftObject;

typedef struct {
    PyObject_HEAD MgMail *mail;
} MailObject;

/* Tables */

static gboolean fill_table(MgTable *table, PyObject *pairs)
{
    for (gsize i = 0; i < table->n_columns; i++) {
        const gchar *field, *title;
        if (!PyArg_ParseTuple(PyList_GET_ITEM(pairs, (Py_ssize_t)i), "ss", &field, &title))
            return FALSE;
        if (!mg_table_is_field_name(field)) {
            PyErr_Format(mg_python_error_class, "%R cannot be the name of an event field",
                         PyTuple_GET_ITEM(PyList_GET_ITEM(pairs, (Py_ssize_t)i), 0));
            return FALSE;
        }
        mg_table_set_column(table, i, field, title);
    }
    return TRUE;
}

static PyObject *table_new(PyTypeObject *type, PyObject *arguments, PyObject *names)
{
    const gchar *name;
    PyObject *pairs;
    g_autoptr(MgTable) table = NULL;
    TableObject *self;

    if (!PyArg_ParseTuple(arguments, "sO!", &name, &PyList_Type, &pairs))
        return NULL;
    table = mg_table_new(name, (gsize)PyList_GET_SIZE(pairs));
    if (!fill_table(table, pairs))
        return NULL;
    self = (TableObject *)type->tp_alloc(type, 0);
    if (self != NULL)
        self->table = g_steal_pointer(&table);
    return (PyObject *)self;
}

static void table_free(PyObject *object)
{
    mg_table_free(((TableObject *)object)->table);
    Py_TYPE(object)->tp_free(object);
}

PyTypeObject mg_python_mail_table_type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "intelmqmail._core.Table",
    .tp_basicsize = sizeof(TableObject),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = table_new,
    .tp_dealloc = table_free,
};

/* Drafts */

PyObject *mg_python_mail_from_draft(MgDraft *draft)
{
    DraftObject *self =
        (DraftObject *)mg_python_mail_draft_type.tp_alloc(&mg_python_mail_draft_type, 0);

    if (self == NULL)
        mg_draft_free(draft);
    else
        self->draft = draft;
    return (PyObject *)self;
}

/* smtplib takes "Name <address>" among its recipients too: the bare addresses of such texts, each once. */
static gboolean read_envelope(PyObject *list, gchar ***tos)
{
    g_auto(GStrv) texts = NULL;
    g_autoptr(GStrvBuilder) bare = g_strv_builder_new();
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    *tos = NULL;
    if (!mg_python_mail_strv(list, &texts))
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

/* copy(ticket, envelope_tos): None leaves what the draft has. */
static PyObject *draft_copy(PyObject *object, PyObject *arguments)
{
    const gchar *ticket;
    PyObject *list;
    g_autoptr(MgDraft) copy = NULL;
    gchar **tos;

    if (!PyArg_ParseTuple(arguments, "zO", &ticket, &list) || !read_envelope(list, &tos))
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
    return mg_python_mail_from_draft(g_steal_pointer(&copy));
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
    return mg_python_mail_from_draft(draft);
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

PyTypeObject mg_python_mail_draft_type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "intelmqmail._core.Draft",
    .tp_basicsize = sizeof(DraftObject),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = draft_new,
    .tp_dealloc = draft_free,
    .tp_getset = draft_attributes,
    .tp_methods = draft_methods,
};

/* Mails */

PyObject *mg_python_mail_from_mail(MgMail *mail)
{
    MailObject *self = (MailObject *)mg_python_mail_type.tp_alloc(&mg_python_mail_type, 0);

    if (self == NULL)
        mg_mail_free(mail);
    else
        self->mail = mail;
    return (PyObject *)self;
}

static gboolean is_message_id(const gchar *text)
{
    gsize length = strlen(text);

    if (length < 3 || text[0] != '<' || text[length - 1] != '>')
        return FALSE;
    for (gsize i = 1; i < length - 1; i++)
        if (text[i] <= ' ' || text[i] == 127 || text[i] == '<' || text[i] == '>')
            return FALSE;
    return TRUE;
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

    if (!read_envelope(list, &mail->envelope_tos))
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
    if (!is_message_id(message_id))
        return PyErr_Format(PyExc_ValueError, "the mail's Message-Id '%s' is none", message_id);
    if (!is_date(date))
        return PyErr_Format(PyExc_ValueError, "the mail's Date is out of range: %lld seconds",
                            date);
    mail->wire = g_bytes_new(wire, (gsize)length);
    mail->recipient = g_strdup(to);
    mail->message_id = g_strdup(message_id);
    mail->date = (gint64)date * G_USEC_PER_SEC;
    mail->subject = g_strdup(subject);
    mail->ticket = g_strdup(ticket);
    return mg_python_mail_from_mail(g_steal_pointer(&mail));
}

static void mail_free(PyObject *object)
{
    mg_mail_free(((MailObject *)object)->mail);
    Py_TYPE(object)->tp_free(object);
}

static PyObject *mail_wire(PyObject *object, void *unused)
{
    gsize length;
    const gchar *wire = g_bytes_get_data(((MailObject *)object)->mail->wire, &length);

    return PyBytes_FromStringAndSize(wire, (Py_ssize_t)length);
}

static PyObject *mail_envelope_from(PyObject *object, void *unused)
{
    return mg_python_value_from_text(((MailObject *)object)->mail->envelope_from);
}

static PyObject *mail_envelope_tos(PyObject *object, void *unused)
{
    gchar **tos = ((MailObject *)object)->mail->envelope_tos;
    PyObject *list = PyList_New(0);

    for (gsize i = 0; list != NULL && tos[i] != NULL; i++) {
        PyObject *address = mg_python_value_from_text(tos[i]);
        if (address == NULL || PyList_Append(list, address) != 0)
            Py_CLEAR(list);
        Py_XDECREF(address);
    }
    return list;
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

/* Reading */

static gboolean check_type(PyObject *object, PyTypeObject *type)
{
    if (PyObject_TypeCheck(object, type))
        return TRUE;
    PyErr_Format(PyExc_TypeError, "%s wanted, not %R", type->tp_name, object);
    return FALSE;
}

const MgTable *mg_python_mail_table(PyObject *object)
{
    return check_type(object, &mg_python_mail_table_type) ? ((TableObject *)object)->table : NULL;
}

const MgDraft *mg_python_mail_draft(PyObject *object)
{
    return check_type(object, &mg_python_mail_draft_type) ? ((DraftObject *)object)->draft : NULL;
}

const MgMail *mg_python_mail_mail(PyObject *object)
{
    return check_type(object, &mg_python_mail_type) ? ((MailObject *)object)->mail : NULL;
}

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

MgPairs *mg_python_mail_pairs(PyObject *mapping)
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

gboolean mg_python_mail_strv(PyObject *list, gchar ***texts)
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
