/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "report/mapping.h"

#include <string.h>

MgMappingSource *mg_mapping_source_new(void)
{
    return g_new0(MgMappingSource, 1);
}

void mg_mapping_source_free(MgMappingSource *source)
{
    if (source == NULL)
        return;
    g_free(source->text);
    g_clear_pointer(&source->items, g_ptr_array_unref);
    g_strfreev(source->map);
    g_free(source);
}

static void free_entry(gpointer data)
{
    MgMappingEntry *entry = data;

    g_free(entry->target);
    mg_mapping_source_free(entry->source);
    g_free(entry);
}

static void free_condition(gpointer data)
{
    MgMappingCondition *condition = data;

    g_free(condition->field);
    g_strfreev(condition->values);
    g_free(condition);
}

static void free_report(gpointer data)
{
    MgMappingReport *report = data;

    g_ptr_array_unref(report->when);
    g_strfreev(report->needs);
    g_ptr_array_unref(report->entries);
    g_free(report);
}

MgMappingReport *mg_mapping_report_new(void)
{
    MgMappingReport *report = g_new0(MgMappingReport, 1);

    report->when = g_ptr_array_new_with_free_func(free_condition);
    report->needs = g_new0(gchar *, 1);
    report->entries = g_ptr_array_new_with_free_func(free_entry);
    return report;
}

MgMapping *mg_mapping_new(void)
{
    MgMapping *mapping = g_new0(MgMapping, 1);

    mapping->entries = g_ptr_array_new_with_free_func(free_entry);
    mapping->reports = g_ptr_array_new_with_free_func(free_report);
    return mapping;
}

void mg_mapping_free(MgMapping *mapping)
{
    if (mapping == NULL)
        return;
    g_ptr_array_unref(mapping->entries);
    g_ptr_array_unref(mapping->reports);
    g_free(mapping);
}

void mg_mapping_add_entry(GPtrArray *entries, const gchar *target, MgMappingSource *source)
{
    MgMappingEntry *entry = g_new0(MgMappingEntry, 1);

    entry->target = g_strdup(target);
    entry->source = source;
    g_ptr_array_add(entries, entry);
}

void mg_mapping_add_condition(MgMappingReport *report, const gchar *field, gchar **values)
{
    MgMappingCondition *condition = g_new0(MgMappingCondition, 1);

    condition->field = g_strdup(field);
    condition->values = values;
    g_ptr_array_add(report->when, condition);
}

const gchar *mg_mapping_fixed_text(const GPtrArray *entries, const gchar *target)
{
    for (guint i = 0; i < entries->len; i++) {
        const MgMappingEntry *entry = g_ptr_array_index(entries, i);
        const MgMappingSource *source = entry->source;

        if (g_str_equal(entry->target, target) && source->kind == MG_MAPPING_TEXT &&
            source->map == NULL && strchr(source->text, '$') == NULL)
            return source->text;
    }
    return NULL;
}

gboolean mg_mapping_scan_text(const gchar *text,
                              void (*take)(const gchar *field, gpointer user_data),
                              gpointer user_data)
{
    for (const gchar *at = strchr(text, '$'); at != NULL; at = strchr(at, '$')) {
        const gchar *end;
        g_autofree gchar *field = NULL;

        if (at[1] == '$') {
            at += 2;
            continue;
        }
        end = at[1] == '{' ? strchr(at, '}') : NULL;
        if (end == NULL || end == at + 2)
            return FALSE;
        field = g_strndup(at + 2, (gsize)(end - at - 2));
        if (take != NULL)
            take(field, user_data);
        at = end;
    }
    return TRUE;
}

static void take_field(const gchar *field, gpointer user_data)
{
    GPtrArray *fields = user_data;

    if (!g_ptr_array_find_with_equal_func(fields, field, g_str_equal, NULL))
        g_ptr_array_add(fields, g_strdup(field));
}

static void collect_source(const MgMappingSource *source, GPtrArray *fields)
{
    if (source->kind == MG_MAPPING_FIELD)
        take_field(source->text, fields);
    else if (source->kind == MG_MAPPING_TEXT)
        mg_mapping_scan_text(source->text, take_field, fields);
    for (guint i = 0; source->items != NULL && i < source->items->len; i++)
        collect_source(g_ptr_array_index(source->items, i), fields);
}

static void collect_entries(const GPtrArray *entries, GPtrArray *fields)
{
    for (guint i = 0; i < entries->len; i++)
        collect_source(((const MgMappingEntry *)g_ptr_array_index(entries, i))->source, fields);
}

gchar **mg_mapping_fields(const MgMapping *mapping)
{
    GPtrArray *fields = g_ptr_array_new();

    collect_entries(mapping->entries, fields);
    for (guint i = 0; i < mapping->reports->len; i++) {
        const MgMappingReport *report = g_ptr_array_index(mapping->reports, i);

        for (guint j = 0; j < report->when->len; j++)
            take_field(((MgMappingCondition *)g_ptr_array_index(report->when, j))->field, fields);
        for (gchar **need = report->needs; *need != NULL; need++)
            take_field(*need, fields);
        collect_entries(report->entries, fields);
    }
    g_ptr_array_add(fields, NULL);
    return (gchar **)g_ptr_array_free(fields, FALSE);
}
