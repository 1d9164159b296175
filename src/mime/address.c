/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "mime/address.h"

#include "base/error.h"

#include <string.h>

#define ADDRESS_LIMIT 254 /* RFC 5321 4.5.3.1.3: a path of 256 with its brackets */
#define LABEL_LIMIT 63

typedef struct {
    const gchar *what;
    const gchar *text;
    const gchar *at;
} Parser;

static gboolean fail(const Parser *parser, const gchar *reason, GError **error)
{
    g_autofree gchar *quoted = mg_error_quote(parser->text);

    g_set_error(error, MG_ERROR, MG_ERROR_GROUP, "%s %s: %s", parser->what, quoted, reason);
    return FALSE;
}

static gboolean fail_at(const Parser *parser, GError **error)
{
    const gchar *next = *parser->at != '\0' ? g_utf8_next_char(parser->at) : parser->at;
    g_autofree gchar *quoted = mg_error_quote_bytes(parser->at, (gsize)(next - parser->at));
    g_autofree gchar *reason = g_strconcat("unexpected ", quoted, NULL);

    return fail(parser, *parser->at != '\0' ? reason : "unexpected end", error);
}

/* RFC 5322 atext. */
static gboolean is_atext(gchar character)
{
    return g_ascii_isalnum(character) ||
           (character != '\0' && strchr("!#$%&'*+-/=?^_`{|}~", character) != NULL);
}

static gboolean is_ascii(gchar character)
{
    return (guchar)character < 0x80;
}

static const gchar *skip_atoms(const gchar *at)
{
    while (is_atext(*at) || *at == '.')
        at++;
    return at;
}

/* The same with letters beyond ASCII, as display names hold them. */
static const gchar *skip_word(const gchar *at)
{
    while (is_atext(*at) || *at == '.' || !is_ascii(*at))
        at++;
    return at;
}

/* The end of the quoted string at `at`; NULL where it has none. */
static const gchar *skip_quoted(const gchar *at)
{
    for (at++; *at != '"'; at++) {
        if (*at == '\\')
            at++;
        if (*at == '\0')
            return NULL;
    }
    return at + 1;
}

/* Before any other look: what no header or envelope may hold anywhere. */
static gboolean check_text(const Parser *parser, GError **error)
{
    if (!g_utf8_validate(parser->text, -1, NULL))
        return fail(parser, "not UTF-8", error);
    if (strpbrk(parser->text, "\r\n") != NULL)
        return fail(parser, "line break", error);
    for (const gchar *at = parser->text; *at != '\0'; at++)
        if (g_ascii_iscntrl(*at) && *at != '\t')
            return fail(parser, "control character", error);
    if (parser->text[strspn(parser->text, " \t")] == '\0')
        return fail(parser, "empty", error);
    return TRUE;
}

static gboolean check_domain(const Parser *parser, const gchar *domain, GError **error)
{
    g_auto(GStrv) labels = g_strsplit(domain, ".", -1);

    for (gsize i = 0; labels[i] != NULL; i++) {
        gsize length = strlen(labels[i]);
        if (length == 0 || length > LABEL_LIMIT || labels[i][0] == '-' ||
            labels[i][length - 1] == '-' ||
            labels[i][strspn(labels[i], "abcdefghijklmnopqrstuvwxyz"
                                        "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")] != '\0')
            return fail(parser, "not a domain behind the '@'", error);
    }
    return labels[0] != NULL || fail(parser, "no domain behind the '@'", error);
}

/* U+00DF, U+03C2, U+200C, U+200D: IDNA 2003, which GLib speaks, makes another domain of them than
 * IDNA 2008 does. A mail must not go to the one who registered the other. */
static gboolean has_deviating_character(const gchar *domain)
{
    return strstr(domain, "\xc3\x9f") != NULL || strstr(domain, "\xcf\x82") != NULL ||
           strstr(domain, "\xe2\x80\x8c") != NULL || strstr(domain, "\xe2\x80\x8d") != NULL;
}

static gchar *translate_domain(const Parser *parser, const gchar *domain, GError **error)
{
    gchar *ascii = has_deviating_character(domain) ? NULL : g_hostname_to_ascii(domain);

    if (ascii == NULL)
        fail(parser, "no A-label for the domain\nHINT: write the domain as xn--…", error);
    return ascii;
}

/* `[192.0.2.1]`, `[IPv6:2001:db8::1]` */
static gchar *parse_literal(Parser *parser, GError **error)
{
    gsize length = 1 + strspn(parser->at + 1, "0123456789abcdefABCDEFIPv:.");
    gchar *literal;

    if (length == 1 || parser->at[length] != ']') {
        fail(parser, "not an address between the square brackets", error);
        return NULL;
    }
    literal = g_strndup(parser->at, length + 1);
    parser->at += length + 1;
    return literal;
}

static gchar *parse_domain(Parser *parser, GError **error)
{
    const gchar *start = parser->at;
    g_autofree gchar *domain = NULL;
    gboolean translate = FALSE;

    if (*start == '[')
        return parse_literal(parser, error);
    for (; g_ascii_isalnum(*parser->at) || *parser->at == '-' || *parser->at == '_' ||
           *parser->at == '.' || !is_ascii(*parser->at);
         parser->at++)
        translate |= !is_ascii(*parser->at);
    domain = g_strndup(start, (gsize)(parser->at - start));
    if (translate) {
        gchar *ascii = translate_domain(parser, domain, error);
        if (ascii == NULL)
            return NULL;
        g_free(domain);
        domain = ascii;
    }
    return check_domain(parser, domain, error) ? g_steal_pointer(&domain) : NULL;
}

/* The end of the local part at `at`, NULL where there is none. Of quoted strings only those that
 * need no second look in an envelope: no space, bracket, comma, `@` or backslash. */
static const gchar *skip_local(const gchar *at)
{
    const gchar *end;

    if (*at != '"') {
        end = skip_atoms(at);
        return end > at ? end : NULL;
    }
    for (end = at + 1; g_ascii_isgraph(*end) && strchr("\"\\<>,@", *end) == NULL;)
        end++;
    return *end == '"' ? end + 1 : NULL;
}

/* `local@domain`, with nothing else around or between. */
static gchar *parse_address(Parser *parser, GError **error)
{
    const gchar *start = parser->at;
    const gchar *end = skip_local(start);
    g_autofree gchar *local = NULL;
    g_autofree gchar *domain = NULL;
    g_autofree gchar *address = NULL;

    if (!is_ascii(*(end != NULL ? end : start))) {
        fail(parser, "letters beyond ASCII before the '@' (SMTPUTF8 is not supported)", error);
        return NULL;
    }
    if (end == NULL || *end != '@') {
        fail(parser, strchr(start, '@') == NULL ? "no '@'" : "no mailbox name before the '@'",
             error);
        return NULL;
    }
    local = g_strndup(start, (gsize)(end - start));
    parser->at = end + 1;
    domain = parse_domain(parser, error);
    if (domain == NULL)
        return NULL;
    address = g_strdup_printf("%s@%s", local, domain);
    if (strlen(address) > ADDRESS_LIMIT) {
        fail(parser, "longer than 254 characters", error);
        return NULL;
    }
    return g_steal_pointer(&address);
}

static void mailbox_free(gpointer data)
{
    MgMailbox *mailbox = data;

    g_free(mailbox->name);
    g_free(mailbox->address);
    g_free(mailbox);
}

/* A comment, nested ones included, goes to the name as it stands. */
static gboolean parse_comment(Parser *parser, GString *name, GError **error)
{
    const gchar *start = parser->at;
    gsize depth = 0;

    do {
        depth += *parser->at == '(';
        depth -= *parser->at == ')';
        if (*parser->at == '\\')
            parser->at++;
        if (*parser->at == '\0')
            return fail(parser, "a comment without end", error);
        parser->at++;
    } while (depth > 0);
    g_string_append_len(name, start, parser->at - start);
    return TRUE;
}

static gboolean parse_quoted_word(Parser *parser, GString *name, GError **error)
{
    const gchar *end = skip_quoted(parser->at);

    if (end == NULL)
        return fail(parser, "a quotation mark without end", error);
    for (const gchar *at = parser->at + 1; at < end - 1; at++) {
        at += *at == '\\';
        g_string_append_c(name, *at);
    }
    parser->at = end;
    return TRUE;
}

/* White space becomes one space of the name. */
static void skip_space(Parser *parser, GString *name)
{
    gsize length = strspn(parser->at, " \t");

    parser->at += length;
    if (length > 0 && name->len > 0 && name->str[name->len - 1] != ' ')
        g_string_append_c(name, ' ');
}

/* White space and comments. */
static gboolean skip_around(Parser *parser, GString *name, GError **error)
{
    for (skip_space(parser, name); *parser->at == '('; skip_space(parser, name))
        if (!parse_comment(parser, name, error))
            return FALSE;
    return TRUE;
}

static gboolean is_bare_address(const gchar *at)
{
    const gchar *end = *at == '"' ? skip_quoted(at) : skip_word(at);

    return end != NULL && *end == '@';
}

/* The words of a display name, up to what ends it. */
static gboolean parse_name(Parser *parser, GString *name, GError **error)
{
    if (!skip_around(parser, name, error))
        return FALSE;
    while (!is_bare_address(parser->at)) {
        const gchar *start = parser->at;
        if (*start == '"') {
            if (!parse_quoted_word(parser, name, error))
                return FALSE;
        } else {
            parser->at = skip_word(start);
            if (parser->at == start)
                return TRUE;
            g_string_append_len(name, start, parser->at - start);
        }
        if (!skip_around(parser, name, error))
            return FALSE;
    }
    return TRUE;
}

/* `Name <address>`, `<address>` or `address`, with comments and white space around. */
static gboolean parse_mailbox(Parser *parser, GString *name, gchar **address, GError **error)
{
    gboolean bracket;

    if (!parse_name(parser, name, error))
        return FALSE;
    bracket = *parser->at == '<';
    if (!bracket && !is_bare_address(parser->at))
        return *parser->at == '\0' || *parser->at == ',' ? fail(parser, "no '@'", error)
                                                         : fail_at(parser, error);
    if (!bracket && strpbrk(name->str, "()") == NULL && name->len > 0)
        return fail(parser, "an address behind a name needs angle brackets", error);
    parser->at += bracket;
    *address = parse_address(parser, error);
    if (*address == NULL)
        return FALSE;
    if (bracket && *parser->at++ != '>') {
        parser->at--;
        return fail_at(parser, error);
    }
    return skip_around(parser, name, error);
}

static gboolean add_mailbox(Parser *parser, GPtrArray *mailboxes, GError **error)
{
    g_autoptr(GString) name = g_string_new(NULL);
    g_autofree gchar *address = NULL;
    MgMailbox *mailbox;

    if (!parse_mailbox(parser, name, &address, error))
        return FALSE;
    g_strchomp(name->str);
    mailbox = g_new0(MgMailbox, 1);
    mailbox->name = *name->str != '\0' ? g_strdup(name->str) : NULL;
    mailbox->address = g_steal_pointer(&address);
    g_ptr_array_add(mailboxes, mailbox);
    return TRUE;
}

GPtrArray *mg_address_parse(const gchar *what, const gchar *header, GError **error)
{
    g_autoptr(GPtrArray) mailboxes = g_ptr_array_new_with_free_func(mailbox_free);
    Parser parser = {what, header, header};

    if (!check_text(&parser, error) || !add_mailbox(&parser, mailboxes, error))
        return NULL;
    while (*parser.at != '\0') {
        if (*parser.at != ',') {
            fail_at(&parser, error);
            return NULL;
        }
        parser.at++;
        if (!add_mailbox(&parser, mailboxes, error))
            return NULL;
    }
    return g_steal_pointer(&mailboxes);
}

gchar *mg_address_of_sender(const gchar *sender, GError **error)
{
    g_autoptr(GPtrArray) mailboxes = mg_address_parse("sender", sender, error);
    MgMailbox *mailbox;

    if (mailboxes == NULL)
        return NULL;
    if (mailboxes->len != 1) {
        Parser parser = {"sender", sender, sender};
        fail(&parser, "more than one address", error);
        return NULL;
    }
    mailbox = g_ptr_array_index(mailboxes, 0);
    return g_steal_pointer(&mailbox->address);
}

gchar **mg_address_list(const gchar *header, GError **error)
{
    g_autoptr(GPtrArray) mailboxes = mg_address_parse("recipient", header, error);
    gchar **addresses;

    if (mailboxes == NULL)
        return NULL;
    addresses = g_new0(gchar *, mailboxes->len + 1);
    for (guint i = 0; i < mailboxes->len; i++) {
        MgMailbox *mailbox = g_ptr_array_index(mailboxes, i);
        addresses[i] = g_steal_pointer(&mailbox->address);
    }
    return addresses;
}

gboolean mg_address_check(const gchar *address, GError **error)
{
    Parser parser = {"address", address, address};
    g_autofree gchar *parsed = NULL;

    if (!check_text(&parser, error))
        return FALSE;
    if (!g_str_is_ascii(address))
        return fail(&parser, "letters beyond ASCII", error);
    parsed = parse_address(&parser, error);
    if (parsed == NULL)
        return FALSE;
    return *parser.at == '\0' || fail_at(&parser, error);
}
