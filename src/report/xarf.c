/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "report/xarf.h"

#include "base/error.h"
#include "base/json_text.h"
#include "base/json_writer.h"
#include "report/mapping_value.h"
#include "report/xarf_profile.h"

#include <string.h>

#define EVIDENCE_LIMIT 5242880 /* bytes of an item */
#define TAGS_LIMIT 20

void mg_xarf_report_free(MgXarfReport *report)
{
    if (report == NULL)
        return;
    g_free(report->category);
    g_free(report->type);
    g_free(report->source);
    g_free(report->time);
    g_free(report->json);
    g_free(report);
}

gchar *mg_xarf_report_id(const gchar *database, const gchar *ticket, gint64 event_id)
{
    /* RFC 4122 appendix C: the name space of URLs. */
    static const guchar name_space[] = {0x6b, 0xa7, 0xb8, 0x11, 0x9d, 0xad, 0x11, 0xd1,
                                        0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8};
    g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA1);
    g_autofree gchar *name =
        g_strdup_printf("xarf:%s/%s/%" G_GINT64_FORMAT, database, ticket, event_id);
    guint8 bytes[20];
    gsize size = sizeof bytes;
    GString *out = g_string_new(NULL);

    g_checksum_update(checksum, name_space, sizeof name_space);
    g_checksum_update(checksum, (const guchar *)name, (gssize)strlen(name));
    g_checksum_get_digest(checksum, bytes, &size);
    bytes[6] = (bytes[6] & 0x0f) | 0x50; /* version 5 */
    bytes[8] = (bytes[8] & 0x3f) | 0x80; /* variant of RFC 4122 */
    for (gsize i = 0; i < 16; i++)
        g_string_append_printf(out, i == 4 || i == 6 || i == 8 || i == 10 ? "-%02x" : "%02x",
                               bytes[i]);
    return g_string_free(out, FALSE);
}

typedef struct {
    const gchar *target; /* of the mapping */
    GPtrArray *values;
    gboolean is_list;
} Field;

static void free_field(gpointer data)
{
    g_ptr_array_unref(((Field *)data)->values);
    g_free(data);
}

static Field *find(const GPtrArray *fields, const gchar *target)
{
    for (guint i = 0; i < fields->len; i++)
        if (g_str_equal(((Field *)g_ptr_array_index(fields, i))->target, target))
            return g_ptr_array_index(fields, i);
    return NULL;
}

static const gchar *find_text(const GPtrArray *fields, const gchar *target)
{
    const Field *field = find(fields, target);

    return field != NULL ? g_ptr_array_index(field->values, 0) : NULL;
}

/* Later wins: a kind's own fields those that all have. */
static void put(GPtrArray *fields, const gchar *target, GPtrArray *values, gboolean is_list)
{
    Field *field = find(fields, target);

    if (values->len == 0) {
        g_ptr_array_unref(values);
        return;
    }
    if (field == NULL) {
        field = g_new0(Field, 1);
        g_ptr_array_add(fields, field);
    } else {
        g_ptr_array_unref(field->values);
    }
    *field = (Field){target, values, is_list};
}

static void put_entries(GPtrArray *fields, const GPtrArray *entries, const MgEvents *events,
                        gsize row)
{
    for (guint i = 0; i < entries->len; i++) {
        const MgMappingEntry *entry = g_ptr_array_index(entries, i);

        put(fields, entry->target, mg_mapping_value(entry->source, events, row),
            entry->source->kind == MG_MAPPING_LIST);
    }
}

/* Text that is too long is cut, for its beginning still says something. */
static void shorten(gchar *value, const MgXarfProfileProperty *property)
{
    if (property != NULL && property->type == MG_XARF_PROFILE_TEXT && property->most > 0 &&
        g_utf8_strlen(value, -1) > property->most)
        *g_utf8_offset_to_pointer(value, property->most) = '\0';
}

static gboolean is_repeated(const GPtrArray *values, guint index)
{
    for (guint i = 0; i < index; i++)
        if (g_str_equal(g_ptr_array_index(values, i), g_ptr_array_index(values, index)))
            return TRUE;
    return FALSE;
}

/* Takes out what the field may not hold. */
static void keep_allowed(Field *field, const MgXarfProfileProperty *property)
{
    if (property != NULL)
        field->is_list = property->is_list;
    for (guint i = 0; i < field->values->len;) {
        gchar *value = g_ptr_array_index(field->values, i);

        shorten(value, property);
        if (mg_xarf_profile_allows(property, value) && !is_repeated(field->values, i))
            i++;
        else
            g_ptr_array_remove_index(field->values, i);
    }
    if (field->is_list && field->values->len > TAGS_LIMIT)
        g_ptr_array_set_size(field->values, TAGS_LIMIT);
}

static void keep_all_allowed(GPtrArray *fields, const MgXarfProfile *profile)
{
    for (guint i = 0; i < fields->len;) {
        Field *field = g_ptr_array_index(fields, i);

        keep_allowed(field, mg_xarf_profile_property(profile, field->target));
        if (field->values->len > 0)
            i++;
        else
            g_ptr_array_remove_index(fields, i);
    }
}

/* (nullable): the first required field that is missing. */
static const gchar *find_missing(const GPtrArray *fields, const MgXarfProfile *profile)
{
    g_autofree const gchar **required =
        mg_xarf_profile_required(profile, find_text(fields, "protocol"));

    for (const gchar **target = required; *target != NULL; target++)
        if (find(fields, *target) == NULL)
            return *target;
    return NULL;
}

/* The fields of a report of this kind; NULL where it cannot be one, `why` says it. */
static GPtrArray *try_kind(const MgMapping *mapping, const MgMappingReport *kind,
                           const MgEvents *events, gsize row, GString *why)
{
    g_autoptr(GPtrArray) fields = g_ptr_array_new_with_free_func(free_field);
    const MgXarfProfile *profile;
    const gchar *category;
    const gchar *type;
    const gchar *missing;

    put_entries(fields, mapping->entries, events, row);
    put_entries(fields, kind->entries, events, row);
    category = find_text(fields, "category");
    type = find_text(fields, "type");
    profile = category != NULL && type != NULL ? mg_xarf_profile_find(category, type) : NULL;
    if (profile == NULL) {
        g_string_append(why, why->len > 0 ? ", " : "");
        g_string_append(why, "a kind of report without known category and type");
        return NULL;
    }
    keep_all_allowed(fields, profile);
    missing = find_missing(fields, profile);
    if (missing == NULL)
        return g_steal_pointer(&fields);
    g_string_append_printf(why, "%s%s lacks %s", why->len > 0 ? ", " : "",
                           mg_xarf_profile_name(profile), missing);
    return NULL;
}

static GPtrArray *choose_kind(const MgMapping *mapping, const MgEvents *events, gsize row,
                              GError **error)
{
    g_autoptr(GString) why = g_string_new(NULL);
    GPtrArray *fields = NULL;

    for (guint i = 0; i < mapping->reports->len && fields == NULL; i++) {
        const MgMappingReport *kind = g_ptr_array_index(mapping->reports, i);

        if (mg_mapping_value_holds(kind, events, row))
            fields = try_kind(mapping, kind, events, row, why);
    }
    if (fields == NULL)
        g_set_error(error, MG_ERROR, MG_ERROR_GROUP,
                    "event %" G_GINT64_FORMAT " cannot be expressed as a report: %s",
                    events->ids[row], why->len > 0 ? why->str : "no kind of report is for it");
    return fields;
}

static void append_value(GString *out, const gchar *key, const gchar *value,
                         const MgXarfProfileProperty *property)
{
    gboolean is_number = property != NULL && (property->type == MG_XARF_PROFILE_INTEGER ||
                                              property->type == MG_XARF_PROFILE_NUMBER);

    if (is_number)
        mg_json_writer_raw(out, key, value);
    else
        mg_json_writer_text(out, key, value);
}

static void append_field(GString *out, const gchar *key, const Field *field,
                         const MgXarfProfile *profile)
{
    const MgXarfProfileProperty *property = mg_xarf_profile_property(profile, field->target);

    if (!field->is_list) {
        append_value(out, key, g_ptr_array_index(field->values, 0), property);
        return;
    }
    mg_json_writer_open(out, key, '[');
    for (guint i = 0; i < field->values->len; i++)
        append_value(out, NULL, g_ptr_array_index(field->values, i), property);
    mg_json_writer_close(out, ']');
}

static gboolean is_first_of_object(const GPtrArray *fields, guint index, const gchar *object)
{
    for (guint i = 0; i < index; i++)
        if (g_str_has_prefix(((Field *)g_ptr_array_index(fields, i))->target, object))
            return FALSE;
    return TRUE;
}

/* All fields "OBJECT.key", where the first of them stands. */
static void append_object(GString *out, const GPtrArray *fields, guint index,
                          const MgXarfProfile *profile)
{
    const gchar *target = ((Field *)g_ptr_array_index(fields, index))->target;
    gsize length = strcspn(target, ".") + 1;
    g_autofree gchar *object = g_strndup(target, length);
    g_autofree gchar *key = g_strndup(target, length - 1);

    if (!is_first_of_object(fields, index, object))
        return;
    mg_json_writer_open(out, key, '{');
    for (guint i = index; i < fields->len; i++) {
        const Field *field = g_ptr_array_index(fields, i);
        if (g_str_has_prefix(field->target, object))
            append_field(out, field->target + length, field, profile);
    }
    mg_json_writer_close(out, '}');
}

static void append_contact(GString *out, const gchar *key, const MgXarfReporter *reporter)
{
    mg_json_writer_open(out, key, '{');
    mg_json_writer_text(out, "org", reporter->org);
    mg_json_writer_text(out, "contact", reporter->contact);
    mg_json_writer_text(out, "domain", reporter->domain);
    mg_json_writer_close(out, '}');
}

static void append_evidence(GString *out, const gchar *csv)
{
    gsize size = strlen(csv);
    g_autofree gchar *payload = NULL;
    g_autofree gchar *digest = NULL;
    g_autofree gchar *hash = NULL;

    if (size > EVIDENCE_LIMIT)
        return;
    payload = g_base64_encode((const guchar *)csv, size);
    digest = g_compute_checksum_for_string(G_CHECKSUM_SHA256, csv, (gssize)size);
    hash = g_strconcat("sha256:", digest, NULL);
    mg_json_writer_open(out, "evidence", '[');
    mg_json_writer_open(out, NULL, '{');
    mg_json_writer_text(out, "content_type", "text/csv");
    mg_json_writer_text(out, "description", "the event's data");
    mg_json_writer_text(out, "payload", payload);
    mg_json_writer_text(out, "hash", hash);
    mg_json_writer_number(out, "size", (gint64)size);
    mg_json_writer_close(out, '}');
    mg_json_writer_close(out, ']');
}

static gchar *write_report(const GPtrArray *fields, const MgXarfProfile *profile,
                           const MgXarfReporter *reporter, const gchar *report_id, const gchar *csv)
{
    GString *out = g_string_new(NULL);

    mg_json_writer_open(out, NULL, '{');
    mg_json_writer_text(out, "xarf_version", MG_XARF_PROFILE_VERSION);
    mg_json_writer_text(out, "report_id", report_id);
    append_contact(out, "reporter", reporter);
    append_contact(out, "sender", reporter);
    for (guint i = 0; i < fields->len; i++) {
        const Field *field = g_ptr_array_index(fields, i);

        if (strchr(field->target, '.') != NULL)
            append_object(out, fields, i, profile);
        else
            append_field(out, field->target, field, profile);
    }
    append_evidence(out, csv);
    mg_json_writer_close(out, '}');
    g_string_append_c(out, '\n');
    return g_string_free(out, FALSE);
}

MgXarfReport *mg_xarf_make(const MgMapping *mapping, const MgXarfReporter *reporter,
                           const MgEvents *events, gsize row, const gchar *report_id,
                           const gchar *csv, GError **error)
{
    g_autoptr(GPtrArray) fields = choose_kind(mapping, events, row, error);
    MgXarfReport *report;

    if (fields == NULL)
        return NULL;
    report = g_new0(MgXarfReport, 1);
    report->category = g_strdup(find_text(fields, "category"));
    report->type = g_strdup(find_text(fields, "type"));
    report->source = g_strdup(find_text(fields, "source_identifier"));
    report->time = g_strdup(find_text(fields, "timestamp"));
    report->json = write_report(fields, mg_xarf_profile_find(report->category, report->type),
                                reporter, report_id, csv);
    return report;
}
