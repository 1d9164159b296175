/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "document/complaints.h"

#include "base/error.h"

#include <stdarg.h>
#include <string.h>

/* A file with more is not one with typing errors but some other file. */
#define SHOWN_LIMIT 50

typedef struct {
    guint line;
    guint column;
    gchar *message;
} Complaint;

struct MgComplaints {
    gchar *filename;
    GArray *list; /* of Complaint, in the order of the file */
    guint n_more; /* beyond the limit */
};

static void complaint_clear(gpointer data)
{
    Complaint *complaint = data;

    g_free(complaint->message);
}

/* Editors jump to FILE:LINE:COLUMN only where FILE stands as it is, without quotes. */
static gchar *name_for_messages(const gchar *filename)
{
    g_autofree gchar *quoted = mg_error_quote(filename);

    if (strlen(quoted) == strlen(filename) + 2)
        return g_strdup(filename);
    if (g_utf8_validate(filename, -1, NULL) && strstr(quoted, "\\x") == NULL)
        return g_strdup(filename); /* long, else harmless */
    return g_steal_pointer(&quoted);
}

MgComplaints *mg_complaints_new(const gchar *filename)
{
    MgComplaints *complaints = g_new0(MgComplaints, 1);

    complaints->filename = name_for_messages(filename);
    complaints->list = g_array_new(FALSE, FALSE, sizeof(Complaint));
    g_array_set_clear_func(complaints->list, complaint_clear);
    return complaints;
}

void mg_complaints_free(MgComplaints *complaints)
{
    if (complaints == NULL)
        return;
    g_free(complaints->filename);
    g_array_unref(complaints->list);
    g_free(complaints);
}

static const Complaint *nth(const MgComplaints *complaints, guint index)
{
    return &g_array_index(complaints->list, Complaint, index);
}

static gint compare_place(const Complaint *a, guint line, guint column)
{
    if (a->line != line)
        return a->line < line ? -1 : 1;
    if (a->column != column)
        return a->column < column ? -1 : 1;
    return 0;
}

void mg_complaints_add(MgComplaints *complaints, guint line, guint column, const gchar *format, ...)
{
    Complaint added = {line, column, NULL};
    va_list arguments;
    guint at = complaints->list->len;

    va_start(arguments, format);
    added.message = g_strdup_vprintf(format, arguments);
    va_end(arguments);

    while (at > 0 && compare_place(nth(complaints, at - 1), line, column) > 0)
        at--;
    for (guint i = at; i > 0 && compare_place(nth(complaints, i - 1), line, column) == 0; i--)
        if (g_str_equal(nth(complaints, i - 1)->message, added.message)) {
            g_free(added.message);
            return;
        }
    g_array_insert_val(complaints->list, at, added);
    if (complaints->list->len > SHOWN_LIMIT) {
        g_array_set_size(complaints->list, SHOWN_LIMIT);
        complaints->n_more++;
    }
}

gboolean mg_complaints_is_empty(const MgComplaints *complaints)
{
    return complaints->list->len == 0;
}

const gchar *mg_complaints_filename(const MgComplaints *complaints)
{
    return complaints->filename;
}

void mg_complaints_set_error(const MgComplaints *complaints, GError **error)
{
    g_autoptr(GString) text = g_string_new(NULL);

    g_assert(complaints->list->len > 0);
    for (guint i = 0; i < complaints->list->len; i++) {
        const Complaint *complaint = nth(complaints, i);
        g_string_append_printf(text, "%s%s:%u:%u: %s", i > 0 ? "\n" : "", complaints->filename,
                               complaint->line, complaint->column, complaint->message);
    }
    if (complaints->n_more > 0)
        g_string_append_printf(text, "\n%s: and %u more", complaints->filename, complaints->n_more);
    g_set_error_literal(error, MG_ERROR, MG_ERROR_SETUP, text->str);
}
