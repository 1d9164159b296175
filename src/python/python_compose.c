/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "python/python_compose.h"

#include "mime/address.h"
#include "mime/compose.h"
#include "mime/header.h"
#include "mime/quoted_printable.h"
#include "python/python_arguments.h"
#include "python/python_draft.h"
#include "python/python_error.h"
#include "python/python_mail.h"
#include "python/python_value.h"

#include <string.h>

PyObject *mg_python_compose_sender_domain(PyObject *module, PyObject *object)
{
    const gchar *sender = PyUnicode_AsUTF8(object);
    g_autofree gchar *address = NULL;
    GError *error = NULL;

    if (sender == NULL)
        return NULL;
    address = mg_address_of_sender(sender, &error);
    if (address == NULL)
        return mg_python_error_raise(error);
    return mg_python_value_from_text(strrchr(address, '@') + 1);
}

PyObject *mg_python_compose_sender_address(PyObject *module, PyObject *sender)
{
    const gchar *text = PyUnicode_AsUTF8(sender);
    g_autofree gchar *address = NULL;
    GError *error = NULL;

    if (text == NULL)
        return NULL;
    address = mg_address_of_sender(text, &error);
    return address != NULL ? mg_python_value_from_text(address) : mg_python_error_raise(error);
}

PyObject *mg_python_compose_content(PyObject *module, PyObject *object)
{
    const MgDraft *draft = mg_python_draft_get(object);
    g_autoptr(GBytes) content = NULL;
    GError *error = NULL;

    if (draft == NULL)
        return NULL;
    content = mg_compose_content(draft, &error);
    return content != NULL ? mg_python_value_from_bytes(content) : mg_python_error_raise(error);
}

PyObject *mg_python_compose_mail(PyObject *module, PyObject *arguments)
{
    PyObject *object, *content_object, *signature_object;
    const gchar *micalg;
    long long date;
    const MgDraft *draft;
    g_autoptr(GBytes) content = NULL;
    g_autoptr(GBytes) signature = NULL;
    GError *error = NULL;
    MgMail *mail;

    if (!PyArg_ParseTuple(arguments, "OOOzL", &object, &content_object, &signature_object, &micalg,
                          &date))
        return NULL;
    draft = mg_python_draft_get(object);
    content = draft != NULL ? mg_python_arguments_bytes(content_object) : NULL;
    if (content == NULL)
        return NULL;
    if (signature_object != Py_None) {
        signature = mg_python_arguments_bytes(signature_object);
        if (signature == NULL)
            return NULL;
    }
    mail = mg_compose_mail(draft, content, signature, micalg, NULL, date * G_USEC_PER_SEC, NULL,
                           &error);
    return mail != NULL ? mg_python_mail_new(mail) : mg_python_error_raise(error);
}

PyObject *mg_python_compose_quoted_printable(PyObject *module, PyObject *object)
{
    gchar *data;
    Py_ssize_t length;
    g_autoptr(GString) out = g_string_new(NULL);

    if (PyBytes_AsStringAndSize(object, &data, &length) != 0)
        return NULL;
    mg_quoted_printable_append(out, data, (gsize)length, MG_LINES_TEXT);
    return PyBytes_FromStringAndSize(out->str, (Py_ssize_t)out->len);
}

PyObject *mg_python_compose_address_header(PyObject *module, PyObject *arguments)
{
    const gchar *name, *text;
    g_autoptr(GPtrArray) mailboxes = NULL;
    g_autoptr(GString) out = g_string_new(NULL);
    GError *error = NULL;

    if (!PyArg_ParseTuple(arguments, "ss", &name, &text))
        return NULL;
    mailboxes = mg_address_parse(name, text, &error);
    if (mailboxes == NULL)
        return mg_python_error_raise(error);
    mg_header_append_addresses(out, name, text, mailboxes);
    g_string_truncate(out, out->len - strlen("\r\n"));
    return mg_python_value_from_text(g_strchug(out->str + strlen(name) + 1));
}
