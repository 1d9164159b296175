/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "preview/preview_list.h"

#include "base/clock.h"
#include "preview/preview_json.h"
#include "preview/screen_text.h"
#include "preview/subject_text.h"

#include <string.h>

/* So that a line fits where terminals usually end; a list for programs is --json. */
#define CELL_LIMIT 44

#define MINUTE (60 * (gint64)G_USEC_PER_SEC)
#define LAST_MINUTE (G_GINT64_CONSTANT(253402300740) * G_USEC_PER_SEC) /* of the year 9999 */

typedef struct {
    const gchar *title;
    gboolean is_number;
} Column;

/* The last column has nothing to its right: it is never cut. */
static gsize width_of(const GPtrArray *rows, guint column, gboolean is_last)
{
    gsize width = 1;

    for (guint i = 0; i < rows->len; i++) {
        gchar **cells = g_ptr_array_index(rows, i);
        width = MAX(width, mg_screen_text_width(cells[column]));
    }
    return is_last ? width : MIN(width, CELL_LIMIT);
}

static void append_row(GString *out, gchar **cells, const Column *columns, const gsize *widths,
                       guint n_columns)
{
    gsize end;

    for (guint i = 0; i < n_columns; i++) {
        g_string_append(out, "  ");
        if (columns[i].is_number)
            mg_screen_text_append_number(out, cells[i], widths[i]);
        else
            mg_screen_text_append_cell(out, cells[i], widths[i]);
    }
    for (end = out->len; end > 0 && out->str[end - 1] == ' ';)
        end--;
    g_string_truncate(out, end);
    g_string_append_c(out, '\n');
}

/* `rows`: of gchar ** with tame cells; the titles are put before them. */
static void append_table(GString *out, GPtrArray *rows, const Column *columns, guint n_columns)
{
    g_autofree gsize *widths = g_new(gsize, n_columns);
    gchar **titles = g_new0(gchar *, n_columns + 1);

    for (guint i = 0; i < n_columns; i++)
        titles[i] = g_strdup(columns[i].title);
    g_ptr_array_insert(rows, 0, titles);
    for (guint i = 0; i < n_columns; i++)
        widths[i] = width_of(rows, i, i + 1 == n_columns);
    for (guint i = 0; i < rows->len; i++)
        append_row(out, g_ptr_array_index(rows, i), columns, widths, n_columns);
}

static gchar *count_text(gsize count)
{
    return g_strdup_printf("%" G_GSIZE_FORMAT, count);
}

static void append_counted(GString *out, const gchar *before, gsize count, const gchar *noun)
{
    g_string_append_printf(out, "%s%" G_GSIZE_FORMAT " %s%s", before, count, noun,
                           count == 1 ? "" : "s");
}

static gchar *subject_text(const MgPreviewEntry *entry)
{
    g_autofree gchar *subject = NULL;
    const gchar *mark = entry->is_copy ? "[copy] " : entry->is_resent ? "[again] " : "";

    if (entry->kind == MG_PREVIEW_BY_SCRIPT)
        return g_strdup("(the format script sends it itself)");
    subject = mg_screen_text_tame(entry->subject);
    return g_strconcat(mark, subject, NULL);
}

/* Who gets a copy says more than whom it is about. */
static gchar *recipient_text(const MgPreviewEntry *entry)
{
    g_autofree gchar *joined = NULL;

    if (!entry->is_copy)
        return mg_screen_text_tame(entry->recipient);
    joined = g_strjoinv(", ", entry->envelope_tos);
    return mg_screen_text_tame(joined);
}

static gchar **list_subjects(const MgPreview *preview)
{
    gchar **subjects = g_new0(gchar *, preview->mails->len + 1);

    for (guint i = 0; i < preview->mails->len; i++)
        subjects[i] = subject_text(g_ptr_array_index(preview->mails, i));
    return subjects;
}

static gchar **mail_row(const MgPreviewEntry *entry, guint number, const gchar *subject)
{
    gchar **cells = g_new0(gchar *, 8);

    cells[0] = count_text(number);
    cells[1] = recipient_text(entry);
    cells[2] = g_strdup(subject);
    cells[3] = mg_screen_text_tame(entry->format_name);
    cells[4] = count_text(entry->group->n_events);
    cells[5] = mg_preview_form(entry);
    cells[6] = entry->wire != NULL ? mg_screen_text_size(mg_preview_size(entry)) : g_strdup("-");
    return cells;
}

/* What a preview cannot know of mails that are to fit: it asks no mail server, and signs
 * nothing. */
static void append_limits(GString *out, const MgPreview *preview)
{
    gboolean is_any = FALSE;

    for (guint i = 0; i < preview->mails->len && !is_any; i++)
        is_any = ((const MgPreviewEntry *)g_ptr_array_index(preview->mails, i))->size_limit > 0;
    if (is_any)
        g_string_append(out, "Forms and parts keep to the limits of format and configuration; the "
                             "mail server may announce less (intelmqcbmail check).\n");
    if (is_any && preview->will_sign)
        g_string_append(out, "Sizes are without the signatures, for which room is kept.\n");
}

static void append_mails(GString *out, const MgPreview *preview)
{
    static const Column columns[] = {{"No", TRUE},      {"Recipient", FALSE}, {"Subject", FALSE},
                                     {"Format", FALSE}, {"Events", TRUE},     {"Form", FALSE},
                                     {"Size", TRUE}};
    g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func((GDestroyNotify)g_strfreev);
    g_auto(GStrv) subjects = list_subjects(preview);
    g_auto(GStrv) short_ones = mg_subject_text_shorten(subjects, CELL_LIMIT);

    append_counted(out, "To be sent: ", preview->mails->len, "mail");
    append_counted(out, " about ", mg_preview_count_events(preview), "event");
    g_string_append_c(out, '\n');
    if (preview->mails->len == 0)
        return;
    for (guint i = 0; i < preview->mails->len; i++)
        g_ptr_array_add(rows, mail_row(g_ptr_array_index(preview->mails, i), i + 1, short_ones[i]));
    append_table(out, rows, columns, G_N_ELEMENTS(columns));
    append_limits(out, preview);
}

/* The first full minute at which a run would no longer wait: the one it ends in is too early. */
static gchar *until_text(gint64 until)
{
    gint64 full = until;
    g_autofree gchar *time = NULL;

    if (until == MG_CLOCK_NONE)
        return g_strdup("not known");
    if (until % MINUTE > 0 && until < LAST_MINUTE)
        full = until - until % MINUTE + MINUTE;
    time = mg_clock_format_utc(full);
    return g_strdup_printf("%.16s UTC", time);
}

static gchar **postponed_row(const MgPreviewEntry *entry)
{
    gchar **cells = g_new0(gchar *, 6);

    cells[0] = mg_screen_text_tame(entry->recipient);
    cells[1] = mg_screen_text_tame(entry->format_name);
    cells[2] = count_text(entry->group->n_events);
    cells[3] = until_text(entry->until);
    cells[4] = entry->reason != NULL ? mg_screen_text_tame(entry->reason) : g_strdup("-");
    return cells;
}

static void append_postponed(GString *out, const MgPreview *preview)
{
    static const Column columns[] = {{"Recipient", FALSE},
                                     {"Format", FALSE},
                                     {"Events", TRUE},
                                     {"From when", FALSE},
                                     {"Reason", FALSE}};
    g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func((GDestroyNotify)g_strfreev);

    if (preview->postponed->len == 0)
        return;
    append_counted(out, "\nPostponed: ", preview->postponed->len, "group");
    g_string_append_c(out, '\n');
    for (guint i = 0; i < preview->postponed->len; i++)
        g_ptr_array_add(rows, postponed_row(g_ptr_array_index(preview->postponed, i)));
    append_table(out, rows, columns, G_N_ELEMENTS(columns));
}

/* Before all else: with an excess nothing of the list would go out. */
static void append_excesses(GString *out, const MgPreview *preview)
{
    if (preview->excesses->len == 0)
        return;
    g_string_append(out,
                    "The run would stop before its first mail, since it would exceed a limit:\n");
    for (guint i = 0; i < preview->excesses->len; i++) {
        const MgExcess *excess = g_ptr_array_index(preview->excesses, i);
        g_autofree gchar *text = mg_screen_text_tame(excess->text);
        g_string_append_printf(out, "  %s\n", text);
    }
    g_string_append_c(out, '\n');
}

/* Errors are what the operator must act on: never cut, hints on lines of their own. */
static void append_reasons(GString *out, const gchar *heading, const GPtrArray *entries)
{
    if (entries->len == 0)
        return;
    g_string_append_printf(out, "\n%s: %u\n", heading, entries->len);
    for (guint i = 0; i < entries->len; i++) {
        const MgPreviewEntry *entry = g_ptr_array_index(entries, i);
        g_autofree gchar *recipient = mg_screen_text_tame(entry->recipient);
        g_autofree gchar *template_name = mg_screen_text_tame(entry->group->template_name);
        g_auto(GStrv) lines = g_strsplit(entry->reason, "\n", -1);
        g_autofree gchar *indented = g_strjoinv("\n      ", lines);

        g_string_append_printf(out, "  %s, template %s", recipient, template_name);
        append_counted(out, ", ", entry->group->n_events, "event");
        g_string_append_printf(out, "%s\n      ",
                               entry->kind == MG_PREVIEW_COPY_FAILED ? ", a copy" : "");
        mg_screen_text_append(out, indented, TRUE);
        g_string_append_c(out, '\n');
    }
}

static void append_left_out(GString *out, const gchar *note)
{
    if (note != NULL)
        g_string_append_printf(out, "\nNot to be sent: %s\n", note);
}

gchar *mg_preview_list_text(const MgPreview *preview)
{
    GString *out = g_string_new(NULL);

    append_excesses(out, preview);
    append_mails(out, preview);
    append_postponed(out, preview);
    append_reasons(out, "Failed", preview->failed);
    append_reasons(out, "Left alone", preview->skipped);
    append_left_out(out, preview->rejected_note);
    append_left_out(out, preview->set_aside_note);
    return g_string_free(out, FALSE);
}

gchar *mg_preview_list_json(const MgPreview *preview)
{
    GString *out = g_string_new(NULL);

    mg_preview_json_append(out, preview);
    g_string_append_c(out, '\n');
    return g_string_free(out, FALSE);
}
