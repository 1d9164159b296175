/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "cli/check_database.h"

#include "base/error.h"
#include "cli/check_sessions.h"
#include "cli/plain_text.h"
#include "cli/python_plugin.h"
#include "cli/left_out.h"
#include "database/pending.h"
#include "database/schema_check.h"
#include "database/status.h"
#include "database/ticket.h"
#include "run/template_check.h"
#include "formats/format_list.h"

static const gchar templates_subject[] = "templates";

GPtrArray *mg_check_database_formats(MgFindings *findings, const MgSettings *settings)
{
    g_autoptr(GError) error = NULL;
    g_autofree gchar *directory = mg_error_quote(settings->script_directory);
    GPtrArray *formats;

    mg_findings_set_subject(findings, "formats");
    formats = mg_format_list_load(settings->script_directory, &mg_python_plugin_engine, 1, &error);
    if (formats == NULL)
        mg_findings_add(findings, MG_FINDING_FAILED, "%s", error->message);
    else if (formats->len == 0)
        mg_findings_add(findings, MG_FINDING_FAILED,
                        "none in %s, so that nobody answers for any directive\nHINT: put files "
                        "there as mailgen-formats(5) describes",
                        directory);
    else
        mg_findings_add(findings, MG_FINDING_OK, "%u in %s", formats->len, directory);
    return formats;
}

/* Whether the flow can work with it. */
static gboolean check_schema(MgFindings *findings, MgConnection *connection)
{
    static const MgFindingState states[] = {
        [MG_SCHEMA_GOOD] = MG_FINDING_OK,
        [MG_SCHEMA_LESS] = MG_FINDING_WARNING,
        [MG_SCHEMA_UNFIT] = MG_FINDING_FAILED,
    };
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) found = mg_schema_check(connection, &error);
    gboolean is_fit = TRUE;

    if (found == NULL) {
        mg_findings_add(findings, MG_FINDING_FAILED, "%s", error->message);
        return FALSE;
    }
    for (guint i = 0; i < found->len; i++) {
        const MgSchemaFinding *one = found->pdata[i];

        mg_findings_add(findings, states[one->grade], "%s%s%s", one->message,
                        one->advice != NULL ? "\nHINT: " : "",
                        one->advice != NULL ? one->advice : "");
        is_fit = is_fit && one->grade != MG_SCHEMA_UNFIT;
    }
    return is_fit;
}

static void check_rejected(MgFindings *findings, MgConnection *connection)
{
    g_autoptr(GError) error = NULL;
    g_autofree gchar *note = mg_left_out_rejected(connection, &error);

    if (note != NULL)
        mg_findings_add(findings, MG_FINDING_WARNING,
                        "%s\nHINT: mailgen-directives(5) tells what to do about rejected ones",
                        note);
    else if (error != NULL)
        mg_findings_add(findings, MG_FINDING_FAILED, "%s", error->message);
    else
        mg_findings_add(findings, MG_FINDING_OK, "no rejected directive is waiting");
}

/* By the operator's own decision, so that nothing is amiss. */
static void check_set_aside(MgFindings *findings, MgConnection *connection)
{
    g_autoptr(GError) error = NULL;
    g_autofree gchar *note = mg_left_out_set_aside(connection, &error);

    if (error != NULL)
        mg_findings_add(findings, MG_FINDING_FAILED, "%s", error->message);
    else if (note != NULL)
        mg_findings_add(findings, MG_FINDING_OK, "%s", note);
}

/* A standby can be asked everything, so all looks well until the first write. */
static gboolean check_takes_writes(MgFindings *findings, MgConnection *connection)
{
    g_autoptr(GError) error = NULL;
    gboolean is_standby = FALSE;

    if (!mg_status_is_standby(connection, &is_standby, &error)) {
        mg_findings_add(findings, MG_FINDING_FAILED, "%s", error->message);
        return FALSE;
    }
    if (is_standby)
        mg_findings_add(findings, MG_FINDING_FAILED,
                        "the server is a hot standby, which takes no writes: a run cannot lock, "
                        "number or record anything\n"
                        "HINT: set database.event.host to the primary server");
    return !is_standby;
}

static void check_ticket(MgFindings *findings, MgConnection *connection)
{
    g_autoptr(GError) error = NULL;
    g_autofree gchar *ticket = mg_ticket_peek(connection, &error);

    if (ticket != NULL)
        mg_findings_add(findings, MG_FINDING_OK, "the next ticket number is %s", ticket);
    else
        mg_findings_add(findings, MG_FINDING_FAILED, "%s", error->message);
}

/* Groups whose templates are given the same names by the same format. */
typedef struct {
    const MgGroup *smallest; /* stands for all of them */
    guint n_groups;
} Kind;

static gchar *describe_kind(const MgGroup *group)
{
    g_autofree gchar *template = mg_error_quote(group->template_name);
    g_autofree gchar *format = mg_error_quote(group->notification_format);
    g_autofree gchar *data = mg_error_quote(group->event_data_format);
    GString *text = g_string_new(NULL);

    g_string_printf(text, "%s for %s, %s", template, format, data);
    for (guint i = 0; i < mg_pairs_count(group->aggregate); i++) {
        g_autofree gchar *name = mg_error_quote(mg_pairs_name(group->aggregate, i));

        g_string_append_printf(text, "%s%s", i == 0 ? " by " : ", ", name);
    }
    return g_string_free(text, FALSE);
}

static GHashTable *sort_out(const GPtrArray *groups)
{
    GHashTable *kinds = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);

    for (guint i = 0; i < groups->len; i++) {
        const MgGroup *group = groups->pdata[i];
        g_autofree gchar *name = describe_kind(group);
        Kind *kind = g_hash_table_lookup(kinds, name);

        if (kind == NULL) {
            kind = g_new0(Kind, 1);
            kind->smallest = group;
            g_hash_table_insert(kinds, g_steal_pointer(&name), kind);
        }
        if (group->n_events < kind->smallest->n_events)
            kind->smallest = group;
        kind->n_groups++;
    }
    return kinds;
}

static void check_kind(MgFindings *findings, MgWorker *worker, const gchar *name, const Kind *kind)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) what = g_string_new(name);
    g_autofree gchar *format_name = NULL;

    g_string_append(what, " (");
    mg_plain_text_append_count(what, kind->n_groups, "group", "groups");
    g_string_append_c(what, ')');
    switch (mg_template_check(worker, kind->smallest, &format_name, &error)) {
    case MG_TEMPLATE_EXPANDS:
        mg_findings_add(findings, MG_FINDING_OK, "%s expands, by format %s", what->str,
                        format_name);
        return;
    case MG_TEMPLATE_NOT_ASKED:
        mg_findings_add(findings, MG_FINDING_OK, "%s is postponed by format %s, not expanded",
                        what->str, format_name);
        return;
    case MG_TEMPLATE_FAILED:
    default:
        mg_findings_add(findings, MG_FINDING_FAILED, "%s: %s", what->str, error->message);
    }
}

static void check_kinds(MgFindings *findings, MgWorker *worker, const GPtrArray *groups)
{
    g_autoptr(GHashTable) kinds = sort_out(groups);
    g_autoptr(GList) names =
        g_list_sort(g_hash_table_get_keys(kinds), (GCompareFunc)(gpointer)g_strcmp0);

    if (names == NULL)
        mg_findings_add(findings, MG_FINDING_OK, "no directive is pending, so none was tried");
    for (const GList *name = names; name != NULL; name = name->next)
        check_kind(findings, worker, name->data, g_hash_table_lookup(kinds, name->data));
}

static void check_templates(MgFindings *findings, const MgSite *site)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(MgSummary) summary = mg_summary_new();
    g_autoptr(MgWorker) worker = mg_worker_new(site, summary, NULL, NULL, NULL, TRUE, &error);
    g_autoptr(GPtrArray) groups = NULL;

    if (worker != NULL)
        groups = mg_pending_list(worker->claim, site->settings->database.additional_directive_where,
                                 &error);
    if (groups == NULL)
        mg_findings_add(findings, MG_FINDING_FAILED, "%s", error->message);
    else
        check_kinds(findings, worker, groups);
}

static void skip_templates(MgFindings *findings, const gchar *reason)
{
    mg_findings_set_subject(findings, templates_subject);
    mg_findings_add(findings, MG_FINDING_SKIPPED, "not tried, since %s", reason);
}

static void open_and_check_templates(MgFindings *findings, const MgSettings *settings,
                                     GPtrArray *formats)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(MgSite) site = mg_site_open(settings, formats, MG_PURPOSE_PREVIEW, &error);

    mg_findings_set_subject(findings, templates_subject);
    if (site == NULL)
        mg_findings_add(findings, MG_FINDING_FAILED, "%s", error->message);
    else
        check_templates(findings, site);
}

static gboolean check_objects(MgFindings *findings, const MgSettings *settings)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(MgConnection) connection = mg_connection_open(&settings->database, "check", &error);

    mg_findings_set_subject(findings, "database");
    if (connection == NULL) {
        mg_findings_add(findings, MG_FINDING_FAILED, "%s", error->message);
        mg_findings_add(findings, MG_FINDING_SKIPPED,
                        "objects and privileges not looked at, since it cannot be opened");
        return FALSE;
    }
    if (!check_schema(findings, connection)) {
        mg_findings_add(findings, MG_FINDING_SKIPPED,
                        "ticket numbers not looked at, since something is missing");
        return FALSE;
    }
    check_ticket(findings, connection);
    mg_check_sessions(findings, settings, connection);
    check_rejected(findings, connection);
    check_set_aside(findings, connection);
    return check_takes_writes(findings, connection);
}

void mg_check_database(MgFindings *findings, const MgSettings *settings, GPtrArray *formats)
{
    g_autoptr(GPtrArray) unused = formats;

    if (!check_objects(findings, settings))
        skip_templates(findings, "the database cannot be used");
    else if (formats == NULL)
        skip_templates(findings, "the formats could not be loaded");
    else
        open_and_check_templates(findings, settings, g_steal_pointer(&unused));
}
