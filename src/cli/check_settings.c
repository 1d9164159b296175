/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "cli/check_settings.h"

#include "base/error.h"
#include "cli/log_target.h"
#include "config/configuration.h"
#include "flow/safety.h"
#include "flow/site.h"
#include "mime/address.h"

/* Each mistake is a line of its own in the error's message, a hint belongs to the line before. */
static void add_mistakes(MgFindings *findings, const gchar *message)
{
    g_auto(GStrv) lines = g_strsplit(message, "\n", -1);

    for (gchar **line = lines; *line != NULL; line++) {
        const gchar *next = line[1];
        gboolean has_hint = next != NULL && g_str_has_prefix(next, "HINT: ");

        mg_findings_add(findings, MG_FINDING_FAILED, "%s%s%s", *line, has_hint ? "\n" : "",
                        has_hint ? next : "");
        if (has_hint)
            line++;
    }
}

static void add_read_file(MgFindings *findings, const gchar *path)
{
    g_autofree gchar *quoted = mg_error_quote(path);

    if (path != NULL && g_file_test(path, G_FILE_TEST_EXISTS))
        mg_findings_add(findings, MG_FINDING_OK, "%s is read", quoted);
}

static void check_addresses(MgFindings *findings, const MgSettings *settings)
{
    g_autoptr(GError) error = NULL;

    if (!mg_site_check_headers(settings, &error))
        mg_findings_add(findings, MG_FINDING_FAILED,
                        "%s\nHINT: an address stands alone or behind a name, \"CERT, Example\" "
                        "<cert@example.org>; quotes around a name that has other characters than "
                        "letters",
                        error->message);
    if (settings->envelope_from != NULL && !mg_address_check(settings->envelope_from, NULL)) {
        g_autofree gchar *quoted = mg_error_quote(settings->envelope_from);

        mg_findings_add(findings, MG_FINDING_FAILED,
                        "envelope_from %s is no address\nHINT: set it to one without a name, "
                        "local@domain",
                        quoted);
    }
}

MgSettings *mg_check_settings_read(MgFindings *findings, const MgCommonOptions *options)
{
    g_autofree gchar *user_file = mg_configuration_user_file();
    g_autoptr(GError) error = NULL;
    g_autoptr(MgSettings) settings = mg_configuration_load(options->config_file, user_file, &error);

    mg_findings_set_subject(findings, "configuration");
    if (settings == NULL) {
        add_mistakes(findings, error->message);
        return NULL;
    }
    add_read_file(findings, options->config_file);
    add_read_file(findings, user_file);
    for (guint i = 0; settings->warnings != NULL && settings->warnings[i] != NULL; i++)
        mg_findings_add(findings, MG_FINDING_WARNING, "%s", settings->warnings[i]);
    check_addresses(findings, settings);
    return g_steal_pointer(&settings);
}

void mg_check_settings_log(MgFindings *findings, const MgSettings *settings)
{
    static const gchar *const names[] = {"standard error", "the journal", "syslog", "a file"};
    g_autoptr(GError) error = NULL;

    mg_findings_set_subject(findings, "log");
    if (mg_log_target_check(&settings->log, &error))
        mg_findings_add(findings, MG_FINDING_OK, "goes to %s", names[settings->log.target]);
    else
        mg_findings_add(findings, MG_FINDING_FAILED, "%s", error->message);
}

/* Whether there is such a limit. */
static gboolean add_limit(MgFindings *findings, guint limit, const gchar *what)
{
    if (limit > 0)
        mg_findings_add(findings, MG_FINDING_OK, "at most %u %s", limit, what);
    return limit > 0;
}

static gboolean add_allowed(MgFindings *findings, gchar **patterns)
{
    g_autofree gchar *joined = NULL;
    g_autofree gchar *quoted = NULL;

    if (patterns == NULL)
        return FALSE;
    joined = g_strjoinv(", ", patterns);
    quoted = mg_error_quote(joined);
    if (*patterns == NULL)
        mg_findings_add(findings, MG_FINDING_WARNING,
                        "allow_recipients is empty: nobody gets a mail");
    else
        mg_findings_add(findings, MG_FINDING_OK, "only these get mails: %s", quoted);
    return TRUE;
}

void mg_check_settings_safety(MgFindings *findings, const MgSettings *settings)
{
    const MgSafetySettings *safety = &settings->safety;
    g_autoptr(GError) error = NULL;
    g_autoptr(MgSafety) brakes = mg_safety_new(safety, &error);
    gboolean found = safety->redirect_to != NULL;

    mg_findings_set_subject(findings, "safety");
    if (brakes == NULL)
        mg_findings_add(findings, MG_FINDING_FAILED, "%s", error->message);
    if (safety->redirect_to != NULL) {
        g_autofree gchar *quoted = mg_error_quote(safety->redirect_to);

        mg_findings_add(findings, MG_FINDING_WARNING,
                        "all mails go to %s instead of their recipients\nHINT: remove "
                        "safety.redirect_to when they shall have them",
                        quoted);
    }
    found |= add_allowed(findings, safety->allow_recipients);
    found |= add_limit(findings, safety->max_mails_per_run, "mails in one run");
    found |=
        add_limit(findings, safety->max_mails_per_recipient, "mails to one recipient in a run");
    found |= add_limit(findings, safety->max_events_per_mail, "events in one mail");
    if (!found)
        mg_findings_add(findings, MG_FINDING_OK, "no brake is set");
}
