/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "formats/yaml_copies.h"

#include "base/error.h"
#include "formats/yaml_check.h"
#include "formats/yaml_match.h"

#include <string.h>

typedef struct {
    MgYamlMatch *when;
    GPtrArray *envelope_to; /* of texts, NULL-terminated once read */
    gboolean has_data;
    gboolean attach;
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

gboolean mg_yaml_copies_read_data(const MgYamlNode *node, gboolean *attach,
                                  MgYamlComplaints *complaints)
{
    const gchar *text = mg_yaml_check_text(node, "'data'", complaints);
    g_autofree gchar *quoted = NULL;

    if (text == NULL)
        return FALSE;
    *attach = g_str_equal(text, "attachment");
    if (*attach || g_str_equal(text, "inline"))
        return TRUE;
    quoted = mg_error_quote(text);
    mg_yaml_check_complain(node, complaints, "'data' must be inline or attachment, but is %s",
                           quoted);
    return FALSE;
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

static void add_address(Copy *copy, const MgYamlNode *node, MgYamlComplaints *complaints)
{
    const gchar *text = mg_yaml_check_text(node, "an address of 'envelope_to'", complaints);
    g_autofree gchar *quoted = NULL;

    if (text == NULL)
        return;
    if (looks_like_address(text)) {
        g_ptr_array_add(copy->envelope_to, g_strdup(text));
        return;
    }
    quoted = mg_error_quote(text);
    mg_yaml_check_complain(node, complaints,
                           "%s in 'envelope_to' is no address of the form name@domain", quoted);
}

static void read_when(gpointer target, const MgYamlNode *value, MgYamlComplaints *complaints)
{
    Copy *copy = target;

    mg_yaml_match_read(copy->when, value, "'when'", complaints);
}

static void read_envelope_to(gpointer target, const MgYamlNode *value, MgYamlComplaints *complaints)
{
    Copy *copy = target;

    if (value->kind == MG_YAML_TEXT) {
        add_address(copy, value, complaints);
        return;
    }
    if (!mg_yaml_check_list(value, "'envelope_to'", complaints))
        return;
    if (mg_yaml_node_count(value) == 0)
        mg_yaml_check_complain(value, complaints, "'envelope_to' lists no address");
    for (guint i = 0; i < mg_yaml_node_count(value); i++)
        add_address(copy, mg_yaml_node_value(value, i), complaints);
}

static void read_data(gpointer target, const MgYamlNode *value, MgYamlComplaints *complaints)
{
    Copy *copy = target;

    copy->has_data = mg_yaml_copies_read_data(value, &copy->attach, complaints);
}

static const MgYamlField fields[] = {
    {"when", read_when},
    {"envelope_to", read_envelope_to, ""},
    {"data", read_data},
    {NULL},
};

void mg_yaml_copies_read(MgYamlCopies *copies, const MgYamlNode *node, MgYamlComplaints *complaints)
{
    if (!mg_yaml_check_list(node, "'copies'", complaints))
        return;
    for (guint i = 0; i < mg_yaml_node_count(node); i++) {
        Copy *copy = g_new0(Copy, 1);

        copy->when = mg_yaml_match_new();
        copy->envelope_to = g_ptr_array_new_with_free_func(g_free);
        g_ptr_array_add(copies->list, copy);
        mg_yaml_check_fields(mg_yaml_node_value(node, i), "an entry of 'copies'", fields, copy,
                             complaints);
        g_ptr_array_add(copy->envelope_to, NULL);
    }
}

void mg_yaml_copies_apply(const MgYamlCopies *copies, const MgGroup *group, MgRequest *request)
{
    for (guint i = 0; i < copies->list->len; i++) {
        const Copy *copy = g_ptr_array_index(copies->list, i);
        if (mg_yaml_match_holds(copy->when, group))
            mg_request_add_copy(request, (const gchar *const *)copy->envelope_to->pdata,
                                copy->has_data ? copy->attach : request->attach);
    }
}
