/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Any text as a To header: what is taken out of it is fit for an envelope, and the header that is
 * written of it reads back as the same addresses on lines that hold nothing else. */
#include "base/error.h"
#include "mime/address.h"
#include "mime/header.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Within quotes a local part may have nearly everything (RFC 5321 section 4.1.2). */
static const gchar *skip_quoted(const gchar *address)
{
    if (*address != '"')
        return address;
    for (address++; *address != '"'; address++) {
        address += *address == '\\';
        g_assert(*address >= ' ' && *address <= '~');
    }
    return address + 1;
}

static void check_mailbox(const MgMailbox *mailbox)
{
    g_assert(mg_address_check(mailbox->address, NULL));
    g_assert(g_str_is_ascii(mailbox->address));
    g_assert(strpbrk(skip_quoted(mailbox->address), " \t\r\n<>,") == NULL);
    g_assert(mailbox->name == NULL || g_utf8_validate(mailbox->name, -1, NULL));
}

/* A folded field: each CRLF is followed by a space, but for the last. */
static gchar *unfold(const GString *field)
{
    GString *text = g_string_new(NULL);

    g_assert(g_str_has_prefix(field->str, "To: ") || g_str_has_prefix(field->str, "To:\r\n "));
    g_assert(g_str_has_suffix(field->str, "\r\n"));
    for (gsize i = strlen("To:"); i + 2 < field->len; i++) {
        gchar character = field->str[i];
        if (character == '\r') {
            g_assert(field->str[i + 1] == '\n' && field->str[i + 2] == ' ');
            i++;
            continue;
        }
        g_assert(character >= ' ' && character <= '~');
        g_string_append_c(text, character);
    }
    return g_string_free(text, FALSE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree gchar *text = g_strndup((const gchar *)data, size);
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) mailboxes = mg_address_parse("recipient", text, &error);
    g_autoptr(GPtrArray) again = NULL;
    g_autoptr(GString) field = g_string_new(NULL);
    g_autofree gchar *unfolded = NULL;

    if (mailboxes == NULL) {
        g_assert(g_error_matches(error, MG_ERROR, MG_ERROR_GROUP));
        g_assert(g_utf8_validate(error->message, -1, NULL) && !strchr(error->message, '\r'));
        return 0;
    }
    mg_header_append_addresses(field, "To", text, mailboxes);
    unfolded = unfold(field);
    again = mg_address_parse("recipient", unfolded, &error);
    g_assert_no_error(error);
    g_assert(again->len == mailboxes->len);
    for (guint i = 0; i < mailboxes->len; i++) {
        const MgMailbox *mailbox = g_ptr_array_index(mailboxes, i);
        const MgMailbox *same = g_ptr_array_index(again, i);
        check_mailbox(mailbox);
        g_assert_cmpstr(mailbox->address, ==, same->address);
    }
    return 0;
}
