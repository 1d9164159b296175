/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "report/mapping_value.h"

#include "render/python_text.h"

#include <string.h>

#define TAG_LIMIT 100 /* bytes of either half */

/* RFC 3986: what may stand in a URI besides letters and digits. */
#define URI_PUNCTUATION "-._~:/?#[]@!$&'()*+,;=%"

static gchar *not_empty(gchar *text)
{
    if (text != NULL && *text == '\0')
        g_clear_pointer(&text, g_free);
    return text;
}

gchar *mg_mapping_value_of_field(const gchar *field, const MgEvents *events, gsize row)
{
    gssize index = mg_events_find_column(events, field);
    const gchar *cell = index >= 0 ? mg_events_cell(events, row, (gsize)index) : NULL;
    g_autoptr(GString) out = g_string_new(NULL);

    if (cell == NULL)
        return NULL;
    /* A cell that is not what its column promises counts as empty: the mail's table complains of
     * it. */
    if (!mg_python_text_append(out, events->columns[index].kind, cell, NULL))
        return NULL;
    return not_empty(g_string_free(g_steal_pointer(&out), FALSE));
}

static gchar *as_rfc3339(const gchar *text)
{
    g_autofree gchar *iso = g_strdup(text);
    g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
    g_autoptr(GDateTime) time = NULL;
    g_autoptr(GDateTime) in_utc = NULL;
    g_autofree gchar *seconds = NULL;
    gint microseconds;

    if (strlen(iso) > 10 && iso[10] == ' ')
        iso[10] = 'T';
    time = g_date_time_new_from_iso8601(iso, utc);
    in_utc = time != NULL ? g_date_time_to_utc(time) : NULL;
    if (in_utc == NULL)
        return NULL;
    seconds = g_date_time_format(in_utc, "%Y-%m-%dT%H:%M:%S");
    microseconds = g_date_time_get_microsecond(in_utc);
    if (microseconds == 0)
        return g_strconcat(seconds, "Z", NULL);
    return g_strdup_printf("%s.%06dZ", seconds, microseconds);
}

static gchar *as_int(const gchar *text)
{
    const gchar *digits = *text == '-' ? text + 1 : text;

    if (*digits == '\0' || strspn(digits, "0123456789") != strlen(digits))
        return NULL;
    while (*digits == '0' && digits[1] != '\0')
        digits++;
    return g_strconcat(*text == '-' && *digits != '0' ? "-" : "", digits, NULL);
}

static gchar *as_confidence(const gchar *text)
{
    gchar number[G_ASCII_DTOSTR_BUF_SIZE];
    gchar *end;
    gdouble value = g_ascii_strtod(text, &end);

    if (!g_ascii_isdigit(*text) || *end != '\0' || !(value >= 0 && value <= 100))
        return NULL;
    return g_strdup(g_ascii_formatd(number, sizeof number, "%.4f", value / 100));
}

/* Lower case ASCII; each run of other characters becomes one hyphen, none first or last. */
static void append_half_of_tag(GString *out, const gchar *text, gsize length)
{
    gsize start = out->len;

    for (gsize i = 0; i < length && out->len - start < TAG_LIMIT; i++) {
        gchar character = g_ascii_tolower(text[i]);
        gboolean is_word = g_ascii_isalnum(character);

        if (is_word || ((character == '_' || character == '+') && out->len > start))
            g_string_append_c(out, character);
        else if (out->len > start && out->str[out->len - 1] != '-')
            g_string_append_c(out, '-');
    }
    while (out->len > start && out->str[out->len - 1] == '-')
        g_string_truncate(out, out->len - 1);
}

static gchar *as_tag(const MgMappingSource *source, const gchar *text)
{
    g_autoptr(GString) out = g_string_new(NULL);
    const gchar *colon = source->kind == MG_MAPPING_FIELD ? NULL : strchr(text, ':');
    const gchar *name = colon != NULL ? text : source->text;
    const gchar *value = colon != NULL ? colon + 1 : text;
    gsize start;

    if (source->kind != MG_MAPPING_FIELD && colon == NULL)
        return NULL;
    append_half_of_tag(out, name, strcspn(name, colon != NULL ? ":" : "."));
    start = out->len + 1;
    g_string_append_c(out, ':');
    append_half_of_tag(out, value, strlen(value));
    if (start == 1 || out->len == start)
        return NULL;
    return g_string_free(g_steal_pointer(&out), FALSE);
}

static gchar *as_uri(const gchar *text)
{
    g_autofree gchar *scheme = g_uri_parse_scheme(text);
    g_autoptr(GString) out = g_string_new(NULL);

    if (scheme == NULL || text[strlen(scheme) + 1] == '\0')
        return NULL;
    for (; *text != '\0'; text++) {
        gboolean is_code = *text == '%' && g_ascii_isxdigit(text[1]) && g_ascii_isxdigit(text[2]);

        if (is_code ||
            (*text != '%' && (g_ascii_isalnum(*text) || strchr(URI_PUNCTUATION, *text) != NULL)))
            g_string_append_c(out, *text);
        else
            g_string_append_printf(out, "%%%02X", (guchar)*text);
    }
    return g_string_free(g_steal_pointer(&out), FALSE);
}

static gchar *as_cve(const gchar *text)
{
    for (; *text != '\0'; text++) {
        gsize year = 4;
        gsize number;

        if (g_ascii_strncasecmp(text, "CVE-", 4) != 0)
            continue;
        if (strspn(text + year, "0123456789") != 4 || text[8] != '-')
            continue;
        number = strspn(text + 9, "0123456789");
        if (number >= 4 && number <= 19)
            return g_strdup_printf("CVE-%.4s-%.*s", text + year, (gint)number, text + 9);
    }
    return NULL;
}

static gchar *convert(const MgMappingSource *source, const gchar *text)
{
    switch (source->as) {
    case MG_MAPPING_AS_RFC3339:
        return as_rfc3339(text);
    case MG_MAPPING_AS_INT:
        return as_int(text);
    case MG_MAPPING_AS_LOWER:
        return g_utf8_strdown(text, -1);
    case MG_MAPPING_AS_CONFIDENCE:
        return as_confidence(text);
    case MG_MAPPING_AS_TAG:
        return as_tag(source, text);
    case MG_MAPPING_AS_URI:
        return as_uri(text);
    case MG_MAPPING_AS_CVE:
        return as_cve(text);
    case MG_MAPPING_AS_IS:
        break;
    }
    return g_strdup(text);
}

static gchar *translate(gchar **map, gchar *text)
{
    const gchar *found = NULL;

    if (map == NULL || text == NULL)
        return text;
    for (gchar **pair = map; *pair != NULL && found == NULL; pair += 2)
        if (g_str_equal(pair[0], text))
            found = pair[1];
    for (gchar **pair = map; *pair != NULL && found == NULL; pair += 2)
        if (g_str_equal(pair[0], "*"))
            found = pair[1];
    g_free(text);
    return g_strdup(found);
}

/* NULL where one of its fields is absent. */
static gchar *expand(const gchar *text, const MgEvents *events, gsize row)
{
    g_autoptr(GString) out = g_string_new(NULL);

    for (const gchar *at = text; *at != '\0'; at++) {
        g_autofree gchar *field = NULL;
        g_autofree gchar *value = NULL;

        if (*at != '$' || at[1] == '$') {
            g_string_append_c(out, *at);
            at += *at == '$';
            continue;
        }
        field = g_strndup(at + 2, strcspn(at + 2, "}"));
        value = mg_mapping_value_of_field(field, events, row);
        if (value == NULL)
            return NULL;
        g_string_append(out, value);
        at += strcspn(at, "}");
    }
    return g_string_free(g_steal_pointer(&out), FALSE);
}

static void add(GPtrArray *values, const MgMappingSource *source, const gchar *text)
{
    gchar *value = text != NULL ? translate(source->map, not_empty(convert(source, text))) : NULL;

    if (value != NULL)
        g_ptr_array_add(values, value);
}

static void add_items(GPtrArray *values, const MgMappingSource *source, const MgEvents *events,
                      gsize row)
{
    for (guint i = 0; i < source->items->len; i++) {
        g_autoptr(GPtrArray) found =
            mg_mapping_value(g_ptr_array_index(source->items, i), events, row);

        g_ptr_array_extend_and_steal(values, g_steal_pointer(&found));
        if (source->kind == MG_MAPPING_FIRST && values->len > 0)
            return;
    }
}

GPtrArray *mg_mapping_value(const MgMappingSource *source, const MgEvents *events, gsize row)
{
    GPtrArray *values = g_ptr_array_new_with_free_func(g_free);
    g_autofree gchar *text = NULL;

    switch (source->kind) {
    case MG_MAPPING_FIELD:
        text = mg_mapping_value_of_field(source->text, events, row);
        add(values, source, text);
        break;
    case MG_MAPPING_TEXT:
        text = expand(source->text, events, row);
        add(values, source, text);
        break;
    case MG_MAPPING_FIRST:
    case MG_MAPPING_LIST:
        add_items(values, source, events, row);
        break;
    }
    return values;
}

static gboolean condition_holds(const MgMappingCondition *condition, const MgEvents *events,
                                gsize row)
{
    g_autofree gchar *text = mg_mapping_value_of_field(condition->field, events, row);

    for (gchar **value = condition->values; text != NULL && *value != NULL; value++)
        if (g_pattern_match_simple(*value, text))
            return TRUE;
    return FALSE;
}

gboolean mg_mapping_value_holds(const MgMappingReport *report, const MgEvents *events, gsize row)
{
    for (guint i = 0; i < report->when->len; i++)
        if (!condition_holds(g_ptr_array_index(report->when, i), events, row))
            return FALSE;
    for (gchar **need = report->needs; *need != NULL; need++) {
        g_autofree gchar *text = mg_mapping_value_of_field(*need, events, row);
        if (text == NULL)
            return FALSE;
    }
    return TRUE;
}
