/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "model/request.h"

static void copy_free(gpointer data)
{
    MgCopy *copy = data;

    g_strfreev(copy->envelope_tos);
    g_free(copy);
}

MgRequest *mg_request_new(const gchar *format_name)
{
    MgRequest *request = g_new0(MgRequest, 1);

    request->format_name = g_strdup(format_name);
    request->table = mg_table_builtin();
    request->attachment_name = g_strdup("events.csv");
    request->substitutions = mg_pairs_new();
    request->copies = g_ptr_array_new_with_free_func(copy_free);
    return request;
}

void mg_request_free(MgRequest *request)
{
    if (request == NULL)
        return;
    g_free(request->format_name);
    g_free(request->attachment_name);
    g_free(request->template_name);
    g_free(request->subject);
    g_free(request->body);
    g_free(request->csv);
    mg_pairs_free(request->substitutions);
    g_ptr_array_unref(request->copies);
    g_free(request);
}

void mg_request_add_copy(MgRequest *request, const gchar *const *envelope_tos, const MgForm *form)
{
    MgCopy *copy = g_new0(MgCopy, 1);

    copy->envelope_tos = g_strdupv((gchar **)envelope_tos);
    copy->has_form = form != NULL;
    if (form != NULL)
        copy->form = *form;
    g_ptr_array_add(request->copies, copy);
}

MgForm mg_request_copy_form(const MgCopy *copy, MgForm form)
{
    return copy->has_form ? copy->form : form;
}
