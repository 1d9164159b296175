/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "python/python_template.h"

#include "python/python_arguments.h"
#include "python/python_error.h"
#include "python/python_value.h"
#include "render/template.h"
#include "render/template_store.h"

PyObject *mg_python_template_expand(PyObject *module, PyObject *arguments)
{
    const gchar *text;
    PyObject *mapping;
    g_autoptr(MgPairs) names = NULL;
    g_autofree gchar *expanded = NULL;
    GError *error = NULL;

    if (!PyArg_ParseTuple(arguments, "sO", &text, &mapping))
        return NULL;
    names = mg_python_arguments_pairs(mapping);
    if (names == NULL)
        return NULL;
    expanded = mg_template_expand_text("template of a script", text, names, &error);
    return expanded != NULL ? mg_python_value_from_text(expanded)
                            : mg_python_error_raise_template(error);
}

static PyObject *template_texts(MgTemplate *template, GError *error)
{
    PyObject *texts;

    if (template == NULL)
        return mg_python_error_raise(error);
    texts = Py_BuildValue("ss", mg_template_subject(template), mg_template_body(template));
    mg_template_unref(template);
    return texts;
}

PyObject *mg_python_template_split(PyObject *module, PyObject *object)
{
    Py_ssize_t length;
    const gchar *text = PyUnicode_AsUTF8AndSize(object, &length);
    GError *error = NULL;
    MgTemplate *template;

    if (text == NULL)
        return NULL;
    template = mg_template_parse_given("text of a template", text, (gsize)length, &error);
    return template_texts(template, error);
}

PyObject *mg_python_template_read(PyObject *module, PyObject *arguments)
{
    const gchar *directory, *name;
    g_autoptr(MgTemplateStore) store = NULL;
    MgTemplate *template;
    GError *error = NULL;

    if (!PyArg_ParseTuple(arguments, "ss", &directory, &name))
        return NULL;
    store = mg_template_store_new(directory, &error);
    if (store == NULL)
        return mg_python_error_raise(error);
    template = mg_template_store_get(store, name, &error);
    return template_texts(template, error);
}
