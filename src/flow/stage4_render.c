/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/stage4_render.h"

#include "render/csv.h"
#include "render/template.h"

static MgTemplate *find_template(const MgTerms *terms, const MgRequest *request, GError **error)
{
    if (request->subject != NULL)
        return mg_template_new(request->format_name, request->subject, request->body);
    if (request->template_name != NULL)
        return mg_template_store_get(terms->templates, request->template_name, error);
    return mg_template_store_get(terms->templates, terms->group->template_name, error);
}

/* Later wins: the format's own names, ours, the aggregate identifier's (contract 6). */
static MgPairs *collect_names(const MgTerms *terms, const MgRequest *request, const gchar *ticket,
                              const gchar *events_as_csv)
{
    MgPairs *names = mg_pairs_copy(request->substitutions);

    mg_pairs_set(names, "ticket_number", ticket);
    mg_pairs_set(names, "events_as_csv", events_as_csv);
    mg_pairs_update(names, terms->group->aggregate);
    return names;
}

MgDraft *mg_stage4_render(const MgTerms *terms, const MgRequest *request, const MgEvents *events,
                          const gchar *ticket, gboolean attach, GError **error)
{
    g_autoptr(MgTemplate) template = find_template(terms, request, error);
    g_autoptr(MgDraft) draft = mg_draft_new();
    g_autoptr(MgPairs) names = NULL;
    g_autofree gchar *csv = NULL;

    if (template == NULL)
        return NULL;
    csv = request->csv != NULL ? g_strdup(request->csv)
                               : mg_csv_format(request->table, events, error);
    if (csv == NULL)
        return NULL;
    names = collect_names(terms, request, ticket, attach ? "" : csv);
    if (!mg_template_expand(template, names, &draft->subject, &draft->body, error))
        return NULL;
    draft->sender = g_strdup(terms->sender);
    draft->recipient = g_strdup(terms->group->recipient_address);
    draft->ticket = g_strdup(ticket);
    draft->envelope_from = g_strdup(terms->envelope_from);
    if (attach) {
        draft->attachment_name = g_strdup(request->attachment_name);
        draft->attachment = g_steal_pointer(&csv);
    }
    return g_steal_pointer(&draft);
}
