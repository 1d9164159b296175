/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "cli/refused_list.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/json_writer.h"
#include "cli/json_list.h"
#include "cli/plain_text.h"

#include <stdio.h>

gboolean mg_refused_list_check(MgConnection *connection, GError **error)
{
    gboolean supported = FALSE;

    if (!mg_refused_is_supported(connection, &supported, error))
        return FALSE;
    if (!supported)
        g_set_error(error, MG_ERROR, MG_ERROR_SETUP,
                    "the database does not keep which groups were refused\n"
                    "HINT: as superuser: psql -f notifications.sql, and the GRANTs of its head");
    return supported;
}

const gchar *mg_refused_list_state(const MgRefused *refused)
{
    if (refused->set_aside_at != MG_CLOCK_NONE)
        return "set_aside";
    return refused->n_runs >= MG_REFUSED_RUNS ? "may_be_set_aside" : "refused";
}

static void append_state(GString *out, const MgRefused *refused)
{
    gboolean is_aside = refused->set_aside_at != MG_CLOCK_NONE;
    g_autofree gchar *since =
        mg_plain_text_time(is_aside ? refused->set_aside_at : refused->first_refused_at);

    if (is_aside) {
        g_string_append_printf(out, "set aside since %s", since);
        return;
    }
    g_string_append(out, "refused in ");
    mg_plain_text_append_count(out, refused->n_runs, "run", "runs");
    g_string_append_printf(out, " since %s", since);
}

static void print_line(const MgRefused *refused)
{
    g_autoptr(GString) line = g_string_new(NULL);
    g_autofree gchar *recipient = mg_plain_text_clean(refused->recipient_address);
    g_autofree gchar *template = mg_plain_text_clean(refused->template_name);
    g_autofree gchar *format = mg_plain_text_clean(refused->notification_format);
    g_autofree gchar *data = mg_plain_text_clean(refused->event_data_format);
    g_autofree gchar *reason = mg_plain_text_clean(refused->reason);

    g_string_append_printf(line, "%" G_GINT64_FORMAT "  ", refused->id);
    append_state(line, refused);
    g_string_append(line, "  ");
    mg_plain_text_append_count(line, refused->n_directives, "directive", "directives");
    printf("%s  %s  %s (%s/%s)  %s\n", line->str, recipient, template, format, data, reason);
}

static void append_aggregate(GString *out, const MgPairs *aggregate)
{
    mg_json_writer_open(out, "aggregate_identifier", '{');
    for (guint i = 0; i < mg_pairs_count(aggregate); i++)
        mg_json_writer_text(out, mg_pairs_name(aggregate, i), mg_pairs_text(aggregate, i));
    mg_json_writer_close(out, '}');
}

static void append_refused(GString *out, gconstpointer element)
{
    const MgRefused *refused = element;

    mg_json_writer_open(out, NULL, '{');
    mg_json_writer_number(out, "id", refused->id);
    mg_json_writer_text(out, "state", mg_refused_list_state(refused));
    mg_json_writer_number(out, "runs", refused->n_runs);
    mg_json_writer_time(out, "first_refused_at", refused->first_refused_at);
    mg_json_writer_time(out, "last_refused_at", refused->last_refused_at);
    mg_json_writer_time(out, "set_aside_at", refused->set_aside_at);
    mg_json_writer_text(out, "reason", refused->reason);
    mg_json_writer_number(out, "directives", (gint64)refused->n_directives);
    mg_json_writer_time(out, "oldest", refused->oldest);
    mg_json_writer_text(out, "recipient", refused->recipient_address);
    mg_json_writer_text(out, "template_name", refused->template_name);
    mg_json_writer_text(out, "notification_format", refused->notification_format);
    mg_json_writer_text(out, "event_data_format", refused->event_data_format);
    append_aggregate(out, refused->aggregate);
    mg_json_writer_close(out, '}');
}

gboolean mg_refused_list_print(MgConnection *connection, gboolean as_json, GError **error)
{
    g_autoptr(GPtrArray) all = NULL;

    if (!mg_refused_list_check(connection, error))
        return FALSE;
    all = mg_refused_list(connection, error);
    if (all == NULL)
        return FALSE;
    if (as_json) {
        mg_json_list_print(all, append_refused);
        return TRUE;
    }
    for (guint i = 0; i < all->len; i++)
        print_line(g_ptr_array_index(all, i));
    if (all->len == 0)
        fputs("no group was refused by the last run that tried it\n", stderr);
    return TRUE;
}
