/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "openpgp/method.h"

#include "base/clock.h"
#include "base/error.h"

#include <string.h>

/* gpg's clock and ours must agree, else gpg was told another time. */
#define CLOCK_SECONDS 120

/* The second comparison is made at another time. */
#define LATER_SECONDS 2

void mg_method_free(MgMethod *method)
{
    if (method == NULL)
        return;
    g_ptr_array_unref(method->direct_signers);
    mg_signature_template_free((MgSignatureTemplate *)method->proof.template);
    g_free((gchar *)method->proof.keygrip);
    g_clear_pointer(&method->proof.content, g_bytes_unref);
    g_clear_pointer(&method->proof.armored, g_bytes_unref);
    g_free(method->reason);
    g_free(method);
}

const gchar *mg_method_name(MgMethodKind kind)
{
    static const gchar *const names[] = {"gpg", "gpg-agent", "the key holder"};

    return names[kind];
}

static gboolean learn(MgMethod *method, const MgMethodSite *site, GError **error)
{
    MgDirectProof *proof = &method->proof;
    gint64 now = mg_clock_now() / G_USEC_PER_SEC;

    if (site->keygrip == NULL) {
        g_set_error(error, MG_ERROR, MG_ERROR_GROUP, "gpg names no keygrip of the key");
        return FALSE;
    }
    proof->keygrip = g_strdup(site->keygrip);
    proof->content = g_bytes_ref(mg_gpg_signer_test_content());
    proof->armored = g_bytes_ref(site->test->armored);
    proof->template = mg_signature_template_new(proof->armored, error);
    if (proof->template == NULL)
        return FALSE;
    if (ABS(now - (gint64)proof->template->packet->time) <= CLOCK_SECONDS)
        return TRUE;
    g_set_error(error, MG_ERROR, MG_ERROR_GROUP, "gpg takes another time for the present");
    return FALSE;
}

/* At another time and over something else: an expiry at a fixed date shows in the former. */
static gboolean equals_gpg(MgMethod *method, MgGpgSigner *gpg, GError **error)
{
    static const gchar text[] = "Something else.\r\n";
    g_autoptr(GBytes) content = g_bytes_new_static(text, sizeof text - 1);
    guint32 time = method->proof.template->packet->time + LATER_SECONDS;
    g_autoptr(MgSignature) wanted = mg_gpg_signer_sign_at(gpg, content, time, error);
    g_autoptr(GBytes) made = NULL;

    if (wanted == NULL)
        return FALSE;
    made = mg_direct_signer_sign(method->direct_signers->pdata[0], content, time, error);
    if (made == NULL || g_bytes_equal(made, wanted->armored))
        return made != NULL;
    g_set_error(error, MG_ERROR, MG_ERROR_GROUP, "its signatures are not those that gpg makes");
    return FALSE;
}

static void add_holders(MgMethod *method, const MgMethodSite *site)
{
    g_autofree gchar *name = g_strconcat(site->keygrip, ".key", NULL);
    g_autofree gchar *path = g_build_filename(site->home, "private-keys-v1.d", name, NULL);

    for (guint i = 0; i < site->n_holders; i++)
        g_ptr_array_add(method->direct_signers, mg_direct_signer_new_holder(&method->proof, path));
}

static void add_agents(MgMethod *method, const MgMethodSite *site)
{
    for (guint i = 0; i < site->agents->len; i++)
        g_ptr_array_add(method->direct_signers,
                        mg_direct_signer_new_agent(&method->proof, site->agents->pdata[i]));
}

/* Tells why not, in front of what was told before. */
static void note(MgMethod *method, MgMethodKind kind, const GError *cause)
{
    gsize length = strcspn(cause->message, "\n");
    g_autofree gchar *before = g_steal_pointer(&method->reason);

    method->reason =
        g_strdup_printf("%s%s%s: %.*s", before != NULL ? before : "", before != NULL ? "; " : "",
                        mg_method_name(kind), (int)length, cause->message);
}

static gboolean try(MgMethod *method, MgMethodKind kind, const MgMethodSite *site, MgGpgSigner *gpg)
{
    g_autoptr(GError) cause = NULL;

    if (kind == MG_METHOD_HOLDER)
        add_holders(method, site);
    else
        add_agents(method, site);
    if (equals_gpg(method, gpg, &cause)) {
        method->kind = kind;
        return TRUE;
    }
    note(method, kind, cause);
    g_ptr_array_set_size(method->direct_signers, 0);
    return FALSE;
}

MgMethod *mg_method_choose(const MgMethodSite *site, MgGpgSigner *gpg)
{
    MgMethod *method = g_new0(MgMethod, 1);
    g_autoptr(GError) cause = NULL;

    method->direct_signers = g_ptr_array_new_with_free_func((GDestroyNotify)mg_direct_signer_free);
    if (site->allowed == MG_SIGNING_GPG)
        return method;
    if (!learn(method, site, &cause)) {
        method->reason = g_strndup(cause->message, strcspn(cause->message, "\n"));
        return method;
    }
    if (site->allowed == MG_SIGNING_AUTO && try(method, MG_METHOD_HOLDER, site, gpg))
        return method;
    try(method, MG_METHOD_AGENT, site, gpg);
    return method;
}
