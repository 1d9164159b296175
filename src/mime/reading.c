/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "mime/reading.h"

#include <gmime/gmime.h>

#include <string.h>

#define CLEAR_SIGNED "-----BEGIN PGP SIGNED MESSAGE-----"

static void header_free(gpointer data)
{
    MgReadingHeader *header = data;

    g_free(header->name);
    g_free(header->text);
    g_free(header);
}

static void part_free(gpointer data)
{
    MgReadingPart *part = data;

    g_free(part->name);
    g_free(part->type);
    g_free(part->text);
    g_free(part);
}

void mg_reading_free(MgReading *reading)
{
    if (reading == NULL)
        return;
    g_ptr_array_unref(reading->headers);
    g_ptr_array_unref(reading->parts);
    g_free(reading);
}

/* g_mime_init() counts its calls without a lock. */
static gpointer prepare(gpointer data)
{
    g_mime_init();
    return NULL;
}

/* UTF-8 for sure, NUL shown as U+FFFD, CRLF and lone CR as LF. */
static gchar *tidy(const gchar *bytes, gsize size)
{
    g_autofree gchar *valid = g_utf8_make_valid(bytes, (gssize)size);
    GString *out = g_string_sized_new(size);

    for (const gchar *at = valid; *at != '\0'; at++) {
        if (at[0] == '\r' && at[1] == '\n')
            continue;
        g_string_append_c(out, *at == '\r' ? '\n' : *at);
    }
    return g_string_free(out, FALSE);
}

static gboolean is_mime_header(const gchar *name)
{
    return g_ascii_strncasecmp(name, "Content-", 8) == 0 ||
           g_ascii_strcasecmp(name, "MIME-Version") == 0;
}

static void read_headers(MgReading *reading, GMimeMessage *message)
{
    GMimeHeaderList *list = g_mime_object_get_header_list(GMIME_OBJECT(message));

    for (gint i = 0; i < g_mime_header_list_get_count(list); i++) {
        GMimeHeader *field = g_mime_header_list_get_header_at(list, i);
        const gchar *value = g_mime_header_get_value(field);
        MgReadingHeader *header;

        if (is_mime_header(g_mime_header_get_name(field)))
            continue;
        header = g_new0(MgReadingHeader, 1);
        header->name = tidy(g_mime_header_get_name(field), strlen(g_mime_header_get_name(field)));
        header->text = tidy(value != NULL ? value : "", value != NULL ? strlen(value) : 0);
        g_strdelimit(header->text, "\n\t", ' ');
        g_strstrip(header->text);
        g_ptr_array_add(reading->headers, header);
    }
}

/* Any charset to UTF-8; where iconv knows it not or gives up, the bytes as they are. */
static gchar *decode_text(GMimePart *part, const gchar *bytes, gsize size)
{
    const gchar *charset = g_mime_object_get_content_type_parameter(GMIME_OBJECT(part), "charset");
    g_autofree gchar *converted = NULL;
    gsize length;

    if (size == 0) /* then `bytes` may be NULL */
        return g_strdup("");
    if (charset == NULL || g_utf8_validate(bytes, (gssize)size, NULL))
        return tidy(bytes, size);
    converted = g_convert(bytes, (gssize)size, "UTF-8", charset, NULL, &length, NULL);
    return converted != NULL ? tidy(converted, length) : tidy(bytes, size);
}

static void read_part(MgReading *reading, GMimePart *mime)
{
    GMimeContentType *type = g_mime_object_get_content_type(GMIME_OBJECT(mime));
    GMimeDataWrapper *content = g_mime_part_get_content(mime);
    GMimeStream *memory = g_mime_stream_mem_new();
    GByteArray *bytes;
    MgReadingPart *part = g_new0(MgReadingPart, 1);
    const gchar *name = g_mime_part_get_filename(mime);
    g_autofree gchar *mime_type = g_mime_content_type_get_mime_type(type);

    if (content != NULL)
        g_mime_data_wrapper_write_to_stream(content, memory);
    bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(memory));
    part->size = bytes->len;
    part->name = name != NULL ? tidy(name, strlen(name)) : NULL;
    part->type = g_ascii_strdown(mime_type, -1);
    if (g_mime_content_type_is_type(type, "text", "*") ||
        g_mime_content_type_is_type(type, "application", "json") ||
        g_mime_content_type_is_type(type, "message", "feedback-report"))
        part->text = decode_text(mime, (const gchar *)bytes->data, bytes->len);
    if (mg_reading_part_is_body(part) && g_str_has_prefix(part->text, CLEAR_SIGNED))
        reading->is_signed = TRUE;
    g_ptr_array_add(reading->parts, part);
    g_object_unref(memory);
}

/* A mail within the mail is named, not opened. */
static void read_embedded(MgReading *reading, GMimeObject *object)
{
    MgReadingPart *part = g_new0(MgReadingPart, 1);
    g_autofree gchar *type =
        g_mime_content_type_get_mime_type(g_mime_object_get_content_type(object));
    g_autofree gchar *text = g_mime_object_to_string(object, NULL);

    part->type = g_ascii_strdown(type, -1);
    part->size = text != NULL ? strlen(text) : 0;
    g_ptr_array_add(reading->parts, part);
}

/* The parser bounds the depth of what a mail nests. */
static void read_object(MgReading *reading, GMimeObject *object)
{
    if (GMIME_IS_MULTIPART_SIGNED(object)) {
        reading->is_signed = TRUE;
        if (g_mime_multipart_get_count(GMIME_MULTIPART(object)) > 0)
            read_object(reading, g_mime_multipart_get_part(GMIME_MULTIPART(object), 0));
    } else if (GMIME_IS_MULTIPART(object)) {
        for (gint i = 0; i < g_mime_multipart_get_count(GMIME_MULTIPART(object)); i++)
            read_object(reading, g_mime_multipart_get_part(GMIME_MULTIPART(object), i));
    } else if (GMIME_IS_PART(object)) {
        read_part(reading, GMIME_PART(object));
    } else {
        read_embedded(reading, object);
    }
}

static GMimeMessage *parse(GBytes *wire)
{
    gsize size;
    const gchar *data = g_bytes_get_data(wire, &size);
    GMimeStream *stream = g_mime_stream_mem_new_with_buffer(data, size);
    GMimeParser *parser = g_mime_parser_new_with_stream(stream);
    GMimeMessage *message = g_mime_parser_construct_message(parser, NULL);

    g_object_unref(parser);
    g_object_unref(stream);
    return message;
}

MgReading *mg_reading_new(GBytes *wire)
{
    static GOnce once = G_ONCE_INIT;
    MgReading *reading = g_new0(MgReading, 1);
    GMimeMessage *message;

    g_once(&once, prepare, NULL);
    reading->headers = g_ptr_array_new_with_free_func(header_free);
    reading->parts = g_ptr_array_new_with_free_func(part_free);
    message = parse(wire);
    if (message == NULL)
        return reading;
    read_headers(reading, message);
    if (g_mime_message_get_mime_part(message) != NULL)
        read_object(reading, g_mime_message_get_mime_part(message));
    g_object_unref(message);
    return reading;
}

gboolean mg_reading_part_is_body(const MgReadingPart *part)
{
    return part->text != NULL && part->name == NULL && g_str_equal(part->type, "text/plain");
}
