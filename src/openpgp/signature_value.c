/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "openpgp/signature_value.h"

#include "base/error.h"

#include <string.h>

#define LARGEST_NUMBER 2048 /* bytes: RSA of 16384 bits */

typedef struct {
    const gchar *at;
    const gchar *end;
} Reader;

static gboolean take_text(Reader *reader, const gchar *text)
{
    gsize length = strlen(text);

    if ((gsize)(reader->end - reader->at) < length || memcmp(reader->at, text, length) != 0)
        return FALSE;
    reader->at += length;
    return TRUE;
}

/* 32:bytes) */
static GBytes *take_number(Reader *reader)
{
    const gchar *begin = reader->at;
    gsize length = 0;

    for (; reader->at < reader->end && g_ascii_isdigit(*reader->at); reader->at++) {
        length = length * 10 + (gsize)(*reader->at - '0');
        if (length > LARGEST_NUMBER)
            return NULL;
    }
    if (length == 0 || *begin == '0' || !take_text(reader, ":") ||
        length > (gsize)(reader->end - reader->at))
        return NULL;
    reader->at += length;
    return take_text(reader, ")") ? g_bytes_new(reader->at - 1 - length, length) : NULL;
}

static gboolean take_all(Reader *reader, MgSignatureAlgorithm algorithm, GPtrArray *numbers)
{
    const gchar *head = algorithm == MG_SIGNATURE_RSA     ? "(7:sig-val(3:rsa"
                        : algorithm == MG_SIGNATURE_ECDSA ? "(7:sig-val(5:ecdsa"
                                                          : "(7:sig-val(5:eddsa";
    const gchar *names[] = {"(1:r", "(1:s"};
    guint n = mg_signature_packet_n_numbers(algorithm);

    if (!take_text(reader, head))
        return FALSE;
    for (guint i = 2 - n; i < 2; i++) {
        GBytes *number = take_text(reader, names[i]) ? take_number(reader) : NULL;

        if (number == NULL)
            return FALSE;
        g_ptr_array_add(numbers, number);
    }
    return take_text(reader, "))") && reader->at == reader->end;
}

GPtrArray *mg_signature_value_read(GBytes *expression, MgSignatureAlgorithm algorithm,
                                   GError **error)
{
    g_autoptr(GPtrArray) numbers = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    gsize size = 0;
    const gchar *text = g_bytes_get_data(expression, &size);
    Reader reader = {text, size > 0 ? text + size : text};

    if (take_all(&reader, algorithm, numbers))
        return g_steal_pointer(&numbers);
    g_set_error(error, MG_ERROR, MG_ERROR_GROUP,
                "the answer is no signature by a key of this kind");
    return NULL;
}
