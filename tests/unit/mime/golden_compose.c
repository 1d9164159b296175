/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Composes what golden_compose.py asks for, a mail a line: `FIELD=HEX …` → `ok ENVELOPE_FROM
 * ENVELOPE_TOS CONTENT WIRE` in hex, or `error HEX`. */
#include "mime/compose.h"

#include <stdio.h>
#include <string.h>

#define DATE (G_GINT64_CONSTANT(1795143845) * G_USEC_PER_SEC + 654321)

static gchar *from_hex(const gchar *hex)
{
    GString *text = g_string_new(NULL);

    for (; g_ascii_isxdigit(hex[0]) && g_ascii_isxdigit(hex[1]); hex += 2)
        g_string_append_c(
            text, (gchar)(g_ascii_xdigit_value(hex[0]) * 16 + g_ascii_xdigit_value(hex[1])));
    return g_string_free(text, FALSE);
}

static void print_hex(gconstpointer data, gsize size)
{
    const guchar *bytes = data;

    putchar(' ');
    for (gsize i = 0; i < size; i++)
        printf("%02x", bytes[i]);
}

static void set_field(MgDraft *draft, MgPairs *further, gchar **signature, const gchar *field)
{
    const gchar *equals = strchr(field, '=');
    g_autofree gchar *name = g_strndup(field, (gsize)(equals - field));
    gchar *text = from_hex(equals + 1);

    if (g_str_equal(name, "sender"))
        draft->sender = text;
    else if (g_str_equal(name, "recipient"))
        draft->recipient = text;
    else if (g_str_equal(name, "subject"))
        draft->subject = text;
    else if (g_str_equal(name, "body"))
        draft->body = text;
    else if (g_str_equal(name, "attachment"))
        draft->attachment = text;
    else if (g_str_equal(name, "attachment_name"))
        draft->attachment_name = text;
    else if (g_str_equal(name, "signature"))
        *signature = text;
    else {
        mg_pairs_set(further, name, text);
        g_free(text);
    }
}

static MgMail *compose(const MgDraft *draft, const MgPairs *further, const gchar *signature,
                       GBytes **content, GError **error)
{
    g_autoptr(GBytes) signed_by =
        signature != NULL ? g_bytes_new(signature, strlen(signature)) : NULL;

    *content = mg_compose_content(draft, error);
    if (*content == NULL)
        return NULL;
    return mg_compose_mail(draft, *content, signed_by, "pgp-sha512", NULL, DATE, further, error);
}

static void answer(gchar **fields)
{
    g_autoptr(MgDraft) draft = mg_draft_new();
    g_autoptr(MgPairs) further = mg_pairs_new();
    g_autofree gchar *signature = NULL;
    g_autoptr(GBytes) content = NULL;
    g_autoptr(GError) error = NULL;
    g_autoptr(MgMail) mail = NULL;
    g_autofree gchar *tos = NULL;

    for (; *fields != NULL; fields++)
        set_field(draft, further, &signature, *fields);
    mail = compose(draft, further, signature, &content, &error);
    if (mail == NULL) {
        printf("error");
        print_hex(error->message, strlen(error->message));
    } else {
        tos = g_strjoinv(" ", mail->envelope_tos);
        printf("ok");
        print_hex(mail->envelope_from, strlen(mail->envelope_from));
        print_hex(tos, strlen(tos));
        print_hex(g_bytes_get_data(content, NULL), g_bytes_get_size(content));
        print_hex(g_bytes_get_data(mail->wire, NULL), g_bytes_get_size(mail->wire));
    }
    putchar('\n');
}

int main(void)
{
    char *line = NULL;
    size_t size = 0;

    mg_compose_init();
    while (getline(&line, &size, stdin) > 0) {
        g_auto(GStrv) fields = g_strsplit(g_strchomp(line), " ", -1);
        answer(fields);
    }
    free(line);
    return 0;
}
