/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "formats/yaml_copies.h"

#include "base/error.h"
#include "document/check.h"
#include "formats/yaml_data.h"
#include "formats/yaml_match.h"

#include <string.h>

typedef struct {
    MgYamlMatch *when;
    GPtrArray *envelope_to; /* of texts, NULL-terminated once read */
    MgYamlDataChoice data;
} Copy;

struct MgYamlCopies {
    GPtrArray *list; /* of Copy */
};

static void copy_free(gpointer data)
{
    Copy *copy = data;

    mg_yaml_match_free(copy->when);
    g_ptr_array_unref(copy->envelope_to);
    g_free(copy);
}

MgYamlCopies *mg_yaml_copies_new(void)
{
    MgYamlCopies *copies = g_new(MgYamlCopies, 1);

    copies->list = g_ptr_array_new_with_free_func(copy_free);
    return copies;
}

void mg_yaml_copies_free(MgYamlCopies *copies)
{
    if (copies == NULL)
        return;
    g_ptr_array_unref(copies->list);
    g_free(copies);
}

/* Finds typing errors while the file is loaded; what may stand in an envelope is mime's to say. */
static gboolean looks_like_address(const gchar *text)
{
    const gchar *at = strchr(text, '@');
    gsize length = strlen(text);

    if (at == NULL || at == text || at[1] == '\0' || strchr(at + 1, '@') != NULL)
        return FALSE;
    if (at[1] == '.' || text[length - 1] == '.' || length > 254)
        return FALSE;
    for (gsize i = 0; i < length; i++)
        if (g_ascii_iscntrl(text[i]) || strchr(" <>(),;:\\\"[]", text[i]) != NULL)
            return FALSE;
    return TRUE;
}

static void add_address(GPtrArray *addresses, const MgNode *node, MgComplaints *complaints)
{
    const gchar *text = mg_check_text(node, "an address of 'envelope_to'", complaints);
    g_autofree gchar *quoted = NULL;

    if (text == NULL)
        return;
    if (looks_like_address(text)) {
        g_ptr_array_add(addresses, g_strdup(text));
        return;
    }
    quoted = mg_error_quote(text);
    mg_check_complain(node, complaints, "%s in 'envelope_to' is no address of the form name@domain",
                      quoted);
}

static void read_envelope_to(gpointer field, const MgNode *value, const gchar *what,
                             MgComplaints *complaints)
{
    GPtrArray *addresses = *(GPtrArray **)field;

    if (value->kind == MG_NODE_TEXT) {
        add_address(addresses, value, complaints);
        return;
    }
    if (!mg_check_list(value, what, complaints))
        return;
    if (mg_node_count(value) == 0)
        mg_check_complain(value, complaints, "%s lists no address", what);
    for (guint i = 0; i < mg_node_count(value); i++)
        add_address(addresses, mg_node_value(value, i), complaints);
}

/* Which parts there are is decided of the mail and its copies together. */
static void read_data(gpointer field, const MgNode *value, const gchar *what,
                      MgComplaints *complaints)
{
    MgYamlDataChoice *choice = field;

    mg_yaml_data_read_choice(choice, value, what, complaints);
    if (choice->kind == MG_YAML_DATA_BY_SIZE)
        mg_check_complain(
            value, complaints,
            "%s of a copy cannot be by_size; leave it out, then the copy is as the mail "
            "itself",
            what);
}

#define AT(member) G_STRUCT_OFFSET(Copy, member)

static const MgCheckField fields[] = {
    {"when", mg_yaml_match_read, AT(when)},
    {"envelope_to", read_envelope_to, AT(envelope_to), ""},
    {"data", read_data, AT(data)},
    {NULL},
};

void mg_yaml_copies_read(gpointer field, const MgNode *node, const gchar *what,
                         MgComplaints *complaints)
{
    MgYamlCopies *copies = *(MgYamlCopies **)field;

    if (!mg_check_list(node, what, complaints))
        return;
    for (guint i = 0; i < mg_node_count(node); i++) {
        Copy *copy = g_new0(Copy, 1);

        copy->when = mg_yaml_match_new();
        copy->envelope_to = g_ptr_array_new_with_free_func(g_free);
        g_ptr_array_add(copies->list, copy);
        mg_check_fields(mg_node_value(node, i), "an entry of 'copies'", fields, copy, complaints);
        g_ptr_array_add(copy->envelope_to, NULL);
    }
}

void mg_yaml_copies_apply(const MgYamlCopies *copies, const MgGroup *group, MgRequest *request)
{
    for (guint i = 0; i < copies->list->len; i++) {
        const Copy *copy = g_ptr_array_index(copies->list, i);
        if (mg_yaml_match_holds(copy->when, group, NULL))
            mg_request_add_copy(request, (const gchar *const *)copy->envelope_to->pdata,
                                copy->data.kind == MG_YAML_DATA_FORM ? &copy->data.form : NULL);
    }
}
