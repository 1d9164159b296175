/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "python/python_signer.h"

#include "openpgp/signer.h"
#include "python/python_arguments.h"
#include "python/python_error.h"
#include "python/python_run.h"
#include "python/python_value.h"

typedef struct {
    PyObject_HEAD GMutex lock; /* of the signer; never waited for with the GIL held */
    MgKeyring *keyring;
    MgSigner *signer;
} SignerObject;

static gboolean read_method(const gchar *name, MgSigningMethod *method)
{
    static const gchar *const names[] = {
        [MG_SIGNING_AUTO] = "auto", [MG_SIGNING_AGENT] = "agent", [MG_SIGNING_GPG] = "gpg"};

    for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
        if (g_str_equal(names[i], name)) {
            *method = (MgSigningMethod)i;
            return TRUE;
        }
    PyErr_Format(mg_python_error_class, "signing.method must be one of auto, agent, gpg, but is %s",
                 name);
    return FALSE;
}

static gboolean open_key(SignerObject *self, const MgOpenpgpSettings *settings, GError **error)
{
    self->keyring = mg_keyring_open(settings, 1, error);
    if (self->keyring != NULL)
        self->signer = mg_signer_new(self->keyring, error);
    return self->signer != NULL;
}

static PyObject *signer_new(PyTypeObject *type, PyObject *arguments, PyObject *names)
{
    MgOpenpgpSettings settings = {.always_sign = TRUE};
    const gchar *method;
    GError *error = NULL;
    SignerObject *self;
    gboolean ok;

    if (!PyArg_ParseTuple(arguments, "zzs", &settings.gnupg_home, &settings.signing_key, &method) ||
        !read_method(method, &settings.method))
        return NULL;
    self = (SignerObject *)type->tp_alloc(type, 0);
    if (self == NULL)
        return NULL;
    g_mutex_init(&self->lock);
    mg_python_run_log_to_host();
    Py_BEGIN_ALLOW_THREADS;
    ok = open_key(self, &settings, &error);
    Py_END_ALLOW_THREADS;
    if (ok)
        return (PyObject *)self;
    Py_DECREF(self);
    return mg_python_error_raise(error);
}

static void signer_free(PyObject *object)
{
    SignerObject *self = (SignerObject *)object;

    Py_BEGIN_ALLOW_THREADS;
    mg_signer_free(self->signer);
    mg_keyring_free(self->keyring);
    Py_END_ALLOW_THREADS;
    g_mutex_clear(&self->lock);
    Py_TYPE(object)->tp_free(object);
}

static PyObject *signer_detach(PyObject *object, PyObject *bytes)
{
    SignerObject *self = (SignerObject *)object;
    g_autoptr(GBytes) content = mg_python_arguments_bytes(bytes);
    g_autoptr(GBytes) signature = NULL;
    g_autofree gchar *micalg = NULL;
    GError *error = NULL;

    if (content == NULL)
        return NULL;
    Py_BEGIN_ALLOW_THREADS;
    g_mutex_lock(&self->lock);
    signature = mg_signer_detach(self->signer, content, &micalg, &error);
    g_mutex_unlock(&self->lock);
    Py_END_ALLOW_THREADS;
    if (signature == NULL)
        return mg_python_error_raise(error);
    return Py_BuildValue("y#s", g_bytes_get_data(signature, NULL),
                         (Py_ssize_t)g_bytes_get_size(signature), micalg);
}

static PyObject *signer_clearsign(PyObject *object, PyObject *text)
{
    SignerObject *self = (SignerObject *)object;
    const gchar *plain = PyUnicode_AsUTF8(text);
    g_autofree gchar *signed_text = NULL;
    GError *error = NULL;

    if (plain == NULL)
        return NULL;
    Py_BEGIN_ALLOW_THREADS;
    g_mutex_lock(&self->lock);
    signed_text = mg_signer_clear(self->signer, plain, &error);
    g_mutex_unlock(&self->lock);
    Py_END_ALLOW_THREADS;
    return signed_text != NULL ? mg_python_value_from_text(signed_text)
                               : mg_python_error_raise(error);
}

static PyMethodDef methods[] = {
    {"detach", signer_detach, METH_O, NULL},
    {"clearsign", signer_clearsign, METH_O, NULL},
    {NULL},
};

PyTypeObject mg_python_signer_type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "intelmqmail._core.Signer",
    .tp_basicsize = sizeof(SignerObject),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = signer_new,
    .tp_dealloc = signer_free,
    .tp_methods = methods,
};
