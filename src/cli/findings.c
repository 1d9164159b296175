/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "cli/findings.h"

#include "base/json_text.h"
#include "base/log.h"

#include <stdarg.h>
#include <string.h>

#define HINT "\nHINT: "

typedef struct {
    MgFindingState state;
    const gchar *subject;
    gchar *message;
    gchar *advice; /* (nullable) */
} Finding;

struct MgFindings {
    GPtrArray *all; /* of Finding */
    const gchar *subject;
};

static const gchar *const state_names[] = {"ok", "skipped", "warning", "failed"};

static void finding_free(gpointer data)
{
    Finding *finding = data;

    g_free(finding->message);
    g_free(finding->advice);
    g_free(finding);
}

MgFindings *mg_findings_new(void)
{
    MgFindings *findings = g_new0(MgFindings, 1);

    findings->all = g_ptr_array_new_with_free_func(finding_free);
    findings->subject = "";
    return findings;
}

void mg_findings_free(MgFindings *findings)
{
    if (findings == NULL)
        return;
    g_ptr_array_unref(findings->all);
    g_free(findings);
}

void mg_findings_set_subject(MgFindings *findings, const gchar *subject)
{
    findings->subject = subject;
}

static void add_text(MgFindings *findings, MgFindingState state, const gchar *text)
{
    const gchar *hint = strstr(text, HINT);
    Finding *finding = g_new(Finding, 1);

    *finding = (Finding){
        .state = state,
        .subject = findings->subject,
        .message = hint != NULL ? g_strndup(text, (gsize)(hint - text)) : g_strdup(text),
        .advice = hint != NULL ? g_strdup(hint + strlen(HINT)) : NULL,
    };
    g_ptr_array_add(findings->all, finding);
}

void mg_findings_add(MgFindings *findings, MgFindingState state, const gchar *format, ...)
{
    g_autofree gchar *text = NULL;
    va_list arguments;

    va_start(arguments, format);
    text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    add_text(findings, state, text);
}

static void take_message(MgLogLevel level, const gchar *logger, gint64 time_us,
                         const gchar *message, const MgLogField *fields, gpointer findings)
{
    if (level >= MG_LOG_WARNING)
        add_text(findings, level >= MG_LOG_ERROR ? MG_FINDING_FAILED : MG_FINDING_WARNING, message);
    else {
        g_autofree gchar *line = mg_log_format(level, logger, time_us, message, fields);
        mg_log_write_to_stderr(line);
    }
}

void mg_findings_take_log(MgFindings *findings)
{
    mg_log_set_writer(findings != NULL ? take_message : NULL, findings);
}

MgFindingState mg_findings_worst(const MgFindings *findings)
{
    MgFindingState worst = MG_FINDING_OK;

    for (guint i = 0; i < findings->all->len; i++)
        worst = MAX(worst, ((const Finding *)findings->all->pdata[i])->state);
    return worst;
}

static void append_indented(GString *out, const gchar *text)
{
    for (; *text != '\0'; text++) {
        g_string_append_c(out, *text);
        if (*text == '\n')
            g_string_append(out, "         ");
    }
    g_string_append_c(out, '\n');
}

static void append_state(GString *out, MgFindingState state, gboolean with_colours)
{
    static const gchar *const colours[] = {"32", "2", "33", "31"};

    if (with_colours)
        g_string_append_printf(out, "\033[%sm", colours[state]);
    g_string_append_printf(out, "%-8s", state_names[state]);
    g_string_append(out, with_colours ? "\033[0m" : "");
}

gchar *mg_findings_text(const MgFindings *findings, gboolean with_colours)
{
    GString *out = g_string_new(NULL);

    for (guint i = 0; i < findings->all->len; i++) {
        const Finding *finding = findings->all->pdata[i];

        append_state(out, finding->state, with_colours);
        g_string_append_printf(out, " %s: ", finding->subject);
        append_indented(out, finding->message);
        if (finding->advice != NULL) {
            g_string_append(out, "         do: ");
            append_indented(out, finding->advice);
        }
    }
    return g_string_free(out, FALSE);
}

static void append_member(GString *out, const gchar *name, const gchar *value)
{
    g_string_append_printf(out, "\"%s\": ", name);
    mg_json_text_append_string(out, value);
}

gchar *mg_findings_json(const MgFindings *findings)
{
    GString *out = g_string_new("{");

    append_member(out, "state", state_names[mg_findings_worst(findings)]);
    g_string_append(out, ",\n \"findings\": [");
    for (guint i = 0; i < findings->all->len; i++) {
        const Finding *finding = findings->all->pdata[i];

        g_string_append(out, i > 0 ? ",\n  {" : "\n  {");
        append_member(out, "state", state_names[finding->state]);
        g_string_append(out, ", ");
        append_member(out, "subject", finding->subject);
        g_string_append(out, ", ");
        append_member(out, "message", finding->message);
        g_string_append(out, ", ");
        append_member(out, "advice", finding->advice);
        g_string_append_c(out, '}');
    }
    g_string_append(out, "\n ]}\n");
    return g_string_free(out, FALSE);
}
