/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * The binary format (src/backend/utils/adt/arrayfuncs.c, array_send): all in network byte order,
 *   int32 number of dimensions, int32 has-NULLs flag, uint32 type of the elements,
 *   per dimension: int32 size, int32 lower bound,
 *   per element: int32 length, or -1 for NULL, and that many bytes.
 */
#include "database/pg_array.h"

#include <string.h>

#define OID_INT8 20
#define OID_TEXT 25
#define MOST_DIMENSIONS 6 /* PostgreSQL's MAXDIM */

typedef struct {
    const gchar *at;
    gsize left;
} Reader;

typedef struct {
    guint n_dimensions;
    guint32 sizes[MOST_DIMENSIONS];
    gsize n_elements;
} Shape;

static gboolean read_int32(Reader *reader, gint32 *value)
{
    guint32 raw = 0;

    if (reader->left < sizeof raw)
        return FALSE;
    memcpy(&raw, reader->at, sizeof raw);
    *value = (gint32)GUINT32_FROM_BE(raw);
    reader->at += sizeof raw;
    reader->left -= sizeof raw;
    return TRUE;
}

/* `bytes` NULL for SQL's NULL. */
static gboolean read_element(Reader *reader, const gchar **bytes, gsize *length)
{
    gint32 size = 0;

    if (!read_int32(reader, &size) || size < -1)
        return FALSE;
    *bytes = NULL;
    *length = 0;
    if (size == -1)
        return TRUE;
    if (reader->left < (gsize)size)
        return FALSE;
    *bytes = reader->at;
    *length = (gsize)size;
    reader->at += size;
    reader->left -= (gsize)size;
    return TRUE;
}

static gboolean read_shape(Reader *reader, gint32 element_type, Shape *shape)
{
    gint32 n_dimensions = 0;
    gint32 flags = 0;
    gint32 type = 0;

    if (!read_int32(reader, &n_dimensions) || !read_int32(reader, &flags) ||
        !read_int32(reader, &type))
        return FALSE;
    if (n_dimensions < 0 || n_dimensions > MOST_DIMENSIONS || type != element_type)
        return FALSE;
    shape->n_dimensions = (guint)n_dimensions;
    shape->n_elements = n_dimensions > 0 ? 1 : 0;
    for (guint i = 0; i < shape->n_dimensions; i++) {
        gint32 size = 0;
        gint32 lower = 0;
        if (!read_int32(reader, &size) || !read_int32(reader, &lower) || size < 0)
            return FALSE;
        /* An element takes four bytes at least: a larger product is a lie. */
        if (size > 0 && shape->n_elements > reader->left / (gsize)size)
            return FALSE;
        shape->sizes[i] = (guint32)size;
        shape->n_elements *= (gsize)size;
    }
    return TRUE;
}

/* Where the digits begin; `end` is past the last. printf() takes six times as long, and a group of
 * a thousand directives is written down six times. */
static gchar *write_number(gchar *end, gint64 number)
{
    guint64 left = number < 0 ? 0 - (guint64)number : (guint64)number;

    do
        *--end = (gchar)('0' + left % 10);
    while ((left /= 10) > 0);
    if (number < 0)
        *--end = '-';
    return end;
}

gchar *mg_pg_array_format_ids(const gint64 *ids, gsize n_ids)
{
    GString *text = g_string_sized_new(2 + n_ids * 9);
    gchar number[24];
    gchar *end = number + sizeof number;

    g_string_append_c(text, '{');
    for (gsize i = 0; i < n_ids; i++) {
        gchar *begin = write_number(end, ids[i]);
        if (i > 0)
            *--begin = ',';
        g_string_append_len(text, begin, end - begin);
    }
    g_string_append_c(text, '}');
    return g_string_free(text, FALSE);
}

static void append_text(GString *literal, const gchar *text)
{
    g_string_append(literal, literal->len > 1 ? ",\"" : "\"");
    for (;;) {
        gsize plain = strcspn(text, "\"\\");

        g_string_append_len(literal, text, (gssize)plain);
        text += plain;
        if (*text == '\0')
            break;
        g_string_append_c(literal, '\\');
        g_string_append_c(literal, *text++);
    }
    g_string_append_c(literal, '"');
}

gchar *mg_pg_array_format_texts(const gchar *const *texts)
{
    GString *literal = g_string_new("{");

    for (gsize i = 0; texts[i] != NULL; i++)
        append_text(literal, texts[i]);
    g_string_append_c(literal, '}');
    return g_string_free(literal, FALSE);
}

gchar *mg_pg_array_take_texts(GPtrArray *texts)
{
    GString *literal = g_string_new("{");

    for (guint i = 0; i < texts->len; i++)
        append_text(literal, texts->pdata[i]);
    g_string_append_c(literal, '}');
    g_ptr_array_unref(texts);
    return g_string_free(literal, FALSE);
}

gint64 *mg_pg_array_read_ids(const gchar *bytes, gsize length, gsize *n_ids)
{
    Reader reader = {bytes, length};
    Shape shape = {0};
    g_autofree gint64 *ids = NULL;
    gsize count = 0;

    if (!read_shape(&reader, OID_INT8, &shape))
        return NULL;
    ids = g_new(gint64, shape.n_elements + 1);
    for (gsize i = 0; i < shape.n_elements; i++) {
        const gchar *element = NULL;
        gsize size = 0;
        guint64 raw = 0;
        if (!read_element(&reader, &element, &size))
            return NULL;
        if (element == NULL)
            continue;
        if (size != sizeof raw)
            return NULL;
        memcpy(&raw, element, sizeof raw);
        ids[count++] = (gint64)GUINT64_FROM_BE(raw);
    }
    *n_ids = count;
    return g_steal_pointer(&ids);
}

gboolean mg_pg_array_read_pairs(const gchar *bytes, gsize length, MgPairs *pairs)
{
    Reader reader = {bytes, length};
    Shape shape = {0};

    if (!read_shape(&reader, OID_TEXT, &shape))
        return FALSE;
    if (shape.n_dimensions != 2 || shape.sizes[1] != 2)
        return TRUE;
    for (gsize i = 0; i < shape.sizes[0]; i++) {
        const gchar *name = NULL;
        const gchar *text = NULL;
        gsize name_length = 0;
        gsize text_length = 0;
        g_autofree gchar *name_copy = NULL;
        g_autofree gchar *text_copy = NULL;
        if (!read_element(&reader, &name, &name_length) ||
            !read_element(&reader, &text, &text_length))
            return FALSE;
        if (name == NULL)
            continue;
        name_copy = g_strndup(name, name_length);
        text_copy = text != NULL ? g_strndup(text, text_length) : NULL;
        mg_pairs_set(pairs, name_copy, text_copy);
    }
    return TRUE;
}

gchar **mg_pg_array_read_texts(const gchar *bytes, gsize length)
{
    Reader reader = {bytes, length};
    Shape shape = {0};
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();

    if (!read_shape(&reader, OID_TEXT, &shape))
        return NULL;
    for (gsize i = 0; i < shape.n_elements; i++) {
        const gchar *element = NULL;
        gsize size = 0;
        g_autofree gchar *copy = NULL;
        if (!read_element(&reader, &element, &size))
            return NULL;
        if (element == NULL)
            continue;
        copy = g_strndup(element, size);
        g_strv_builder_add(builder, copy);
    }
    return g_strv_builder_end(builder);
}
