/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "report/x_arf_report.h"

#include "base/error.h"
#include "report/mapping_value.h"

#include <string.h>

static const gchar *const own_targets[] = {"report_id", "reported_from", "user_agent", NULL};

gboolean mg_x_arf_report_is_own(const gchar *target)
{
    return g_strv_contains(own_targets, target);
}

const gchar **mg_x_arf_report_required(const MgXArfSchema *schema)
{
    const gchar **required = mg_x_arf_required(schema);
    guint n_kept = 0;

    for (guint i = 0; required[i] != NULL; i++) /* the evidence is of the program's default type */
        if (!mg_x_arf_report_is_own(required[i]) && !g_str_equal(required[i], "attachment"))
            required[n_kept++] = required[i];
    required[n_kept] = NULL;
    return required;
}

const gchar *mg_x_arf_report_schema_url(const MgMapping *mapping, const MgMappingReport *report)
{
    const gchar *own = mg_mapping_fixed_text(report->entries, "schema_url");

    return own != NULL ? own : mg_mapping_fixed_text(mapping->entries, "schema_url");
}

void mg_x_arf_report_free(MgXArfReport *report)
{
    if (report == NULL)
        return;
    g_free(report->category);
    g_free(report->type);
    g_free(report->source);
    g_free(report->time);
    g_free(report->attachment);
    g_free(report->text);
    g_free(report);
}

/* Values, whose texts `texts` owns. */
typedef struct {
    GArray *list; /* of MgXArfValue */
    GPtrArray *texts;
} Values;

static void values_clear(Values *values)
{
    g_array_unref(values->list);
    g_ptr_array_unref(values->texts);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Values, values_clear)

static gboolean is_integer(const gchar *text)
{
    const gchar *digits = *text == '-' ? text + 1 : text;

    return *digits != '\0' && strspn(digits, "0123456789") == strlen(digits);
}

static void put_entries(Values *values, const MgXArfSchema *schema, const GPtrArray *entries,
                        const MgEvents *events, gsize row)
{
    for (guint i = 0; i < entries->len; i++) {
        const MgMappingEntry *entry = g_ptr_array_index(entries, i);
        g_autoptr(GPtrArray) found = mg_mapping_value(entry->source, events, row);
        MgXArfValue value = {.name = entry->target};

        if (found->len == 0)
            continue;
        value.text = g_ptr_array_steal_index(found, 0);
        value.is_integer = mg_x_arf_wants_integer(schema, entry->target) && is_integer(value.text);
        g_ptr_array_add(values->texts, (gpointer)value.text);
        g_array_append_val(values->list, value);
    }
}

static gchar *copy_of(const Values *values, const gchar *name)
{
    for (guint i = values->list->len; i-- > 0;) {
        const MgXArfValue *value = &g_array_index(values->list, MgXArfValue, i);
        if (g_str_equal(value->name, name))
            return g_strdup(value->text);
    }
    return NULL;
}

static MgXArfReport *write_report(const MgXArfSchema *schema, const Values *values, GError **error)
{
    g_autofree gchar *text =
        mg_x_arf_write(schema, (const MgXArfValue *)values->list->data, values->list->len, error);
    MgXArfReport *report = NULL;

    if (text == NULL)
        return NULL;
    report = g_new0(MgXArfReport, 1);
    report->category = copy_of(values, "category");
    report->type = copy_of(values, "report_type");
    report->source = copy_of(values, "source");
    report->time = copy_of(values, "date");
    report->attachment = copy_of(values, "attachment");
    report->text = g_steal_pointer(&text);
    return report;
}

static MgXArfReport *try_kind(const MgMapping *mapping, const MgMappingReport *kind,
                              MgSchemaStore *schemas, const MgXArfValue *own, gsize n_own,
                              const MgEvents *events, gsize row, GError **error)
{
    const gchar *url = mg_x_arf_report_schema_url(mapping, kind);
    const MgXArfSchema *schema = mg_schema_store_get(schemas, url != NULL ? url : "", error);
    g_auto(Values) values = {g_array_new(FALSE, FALSE, sizeof(MgXArfValue)),
                             g_ptr_array_new_with_free_func(g_free)};

    if (schema == NULL)
        return NULL;
    g_array_append_vals(values.list, own, (guint)n_own);
    put_entries(&values, schema, mapping->entries, events, row);
    put_entries(&values, schema, kind->entries, events, row);
    return write_report(schema, &values, error);
}

MgXArfReport *mg_x_arf_report_make(const MgMapping *mapping, MgSchemaStore *schemas,
                                   const MgXArfValue *own, gsize n_own, const MgEvents *events,
                                   gsize row, GError **error)
{
    g_autoptr(GString) why = g_string_new(NULL);

    for (guint i = 0; i < mapping->reports->len; i++) {
        const MgMappingReport *kind = g_ptr_array_index(mapping->reports, i);
        g_autoptr(GError) failure = NULL;
        MgXArfReport *report = NULL;

        if (!mg_mapping_value_holds(kind, events, row))
            continue;
        report = try_kind(mapping, kind, schemas, own, n_own, events, row, &failure);
        if (report != NULL)
            return report;
        g_string_append_printf(why, "%s%s", why->len > 0 ? "; " : "", failure->message);
    }
    g_set_error(error, MG_ERROR, MG_ERROR_GROUP,
                "event %" G_GINT64_FORMAT " cannot be expressed as a report: %s", events->ids[row],
                why->len > 0 ? why->str : "no kind of report is for it");
    return NULL;
}
