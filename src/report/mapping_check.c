/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "report/mapping_check.h"

#include "base/error.h"
#include "document/check.h"
#include "report/schema_store.h"
#include "report/x_arf.h"
#include "report/x_arf_report.h"
#include "report/xarf_profile.h"

/* `n_dots`: as many may be in it. */
static gboolean is_target(const gchar *name, guint n_dots)
{
    guint found = 0;

    for (const gchar *at = name; *at != '\0'; at++) {
        found += *at == '.';
        if (!g_ascii_islower(*at) && !g_ascii_isdigit(*at) && *at != '_' && *at != '.')
            return FALSE;
    }
    return g_ascii_islower(*name) && found <= n_dots && !g_str_has_suffix(name, ".");
}

void mg_mapping_check_target(MgMappingTarget kind, const MgNode *key, MgComplaints *complaints)
{
    g_autofree gchar *quoted = mg_error_quote(key->text);
    gboolean is_own = kind == MG_MAPPING_TARGET_XARF_4 ? mg_xarf_profile_is_own(key->text)
                                                       : mg_x_arf_report_is_own(key->text);

    if (!is_target(key->text, kind == MG_MAPPING_TARGET_XARF_4 ? 1 : 0))
        mg_check_complain(key, complaints, "%s is no name of a report's field", quoted);
    else if (is_own)
        mg_check_complain(key, complaints, "the program itself fills the report's field %s",
                          quoted);
}

static gboolean has_target(const GPtrArray *entries, const gchar *target)
{
    for (guint i = 0; i < entries->len; i++)
        if (g_str_equal(((const MgMappingEntry *)g_ptr_array_index(entries, i))->target, target))
            return TRUE;
    return FALSE;
}

static void check_required(const gchar *kind, const gchar *const *required,
                           const MgMapping *mapping, const MgMappingReport *report,
                           const MgNode *fields, MgComplaints *complaints)
{
    for (; *required != NULL; required++)
        if (!has_target(report->entries, *required) && !has_target(mapping->entries, *required))
            mg_check_complain(fields, complaints, "%s needs the field '%s'", kind, *required);
}

static void complain_of_fixed(const gchar *text, const gchar *target, const gchar *kind,
                              const MgNode *fields, MgComplaints *complaints)
{
    g_autofree gchar *quoted = mg_error_quote(text);

    mg_check_complain(mg_node_lookup(fields, target), complaints,
                      "%s is nothing that '%s' of %s may be", quoted, target, kind);
}

/* XARF 4 */

static void check_fixed(const MgXarfProfile *profile, const MgMappingReport *report,
                        const MgNode *fields, MgComplaints *complaints)
{
    for (guint i = 0; i < report->entries->len; i++) {
        const MgMappingEntry *entry = g_ptr_array_index(report->entries, i);
        const gchar *text = mg_mapping_fixed_text(report->entries, entry->target);

        if (text != NULL &&
            !mg_xarf_profile_allows(mg_xarf_profile_property(profile, entry->target), text))
            complain_of_fixed(text, entry->target, mg_xarf_profile_name(profile), fields,
                              complaints);
    }
}

static void check_xarf(const MgMapping *mapping, const MgMappingReport *report,
                       const MgNode *fields, MgComplaints *complaints)
{
    const gchar *category = mg_mapping_fixed_text(report->entries, "category");
    const gchar *type = mg_mapping_fixed_text(report->entries, "type");
    const MgXarfProfile *profile = NULL;
    g_autofree gchar *kind = NULL;
    g_autofree gchar *quoted = NULL;
    g_autofree const gchar **required = NULL;

    if (category == NULL || type == NULL) {
        mg_check_complain(fields, complaints,
                          "a kind of report needs 'category' and 'type', each a 'text'");
        return;
    }
    profile = mg_xarf_profile_find(category, type);
    kind = g_strdup_printf("%s/%s", category, type);
    quoted = mg_error_quote(kind);
    if (profile == NULL) {
        mg_check_complain(fields, complaints, "the program knows no kind of report %s", quoted);
        return;
    }
    check_fixed(profile, report, fields, complaints);
    required =
        mg_xarf_profile_required(profile, mg_mapping_fixed_text(report->entries, "protocol"));
    check_required(kind, required, mapping, report, fields, complaints);
}

/* X-ARF 0.2 */

static void check_x_arf(const MgMapping *mapping, const MgMappingReport *report,
                        const MgNode *fields, MgComplaints *complaints)
{
    const gchar *url = mg_x_arf_report_schema_url(mapping, report);
    g_autofree gchar *name = url != NULL ? mg_schema_store_file_name(url) : NULL;
    const MgXArfSchema *schema = name != NULL ? mg_x_arf_shipped_schema(name) : NULL;
    g_autofree const gchar **required = NULL;

    if (name == NULL)
        mg_check_complain(fields, complaints,
                          "a kind of report needs 'schema_url', a 'text' that ends with the "
                          "name of a file");
    if (schema == NULL)
        return;
    for (guint i = 0; i < report->entries->len; i++) {
        const MgMappingEntry *entry = g_ptr_array_index(report->entries, i);
        const gchar *text = mg_mapping_fixed_text(report->entries, entry->target);

        if (text != NULL && !mg_x_arf_allows(schema, entry->target, text))
            complain_of_fixed(text, entry->target, name, fields, complaints);
    }
    required = mg_x_arf_report_required(schema);
    check_required(name, required, mapping, report, fields, complaints);
}

void mg_mapping_check_report(MgMappingTarget kind, const MgMapping *mapping,
                             const MgMappingReport *report, const MgNode *node,
                             MgComplaints *complaints)
{
    const MgNode *fields = node->kind == MG_NODE_MAP ? mg_node_lookup(node, "fields") : NULL;

    if (fields == NULL || fields->kind != MG_NODE_MAP)
        return;
    if (kind == MG_MAPPING_TARGET_XARF_4)
        check_xarf(mapping, report, fields, complaints);
    else
        check_x_arf(mapping, report, fields, complaints);
}
