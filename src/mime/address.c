/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "mime/address.h"

#include "base/error.h"
#include "mime/address_advice.h"
#include "mime/gmime_private.h"

#include <idn2.h>
#include <string.h>

#define ADDRESS_LIMIT 254 /* RFC 5321 4.5.3.1.3: a path of 256 with its brackets */

/* Why not internet_address_list_parse(): of `a@b@c` it makes a@b, of `a@b; c@d` a@b alone, of
 * `a@b c@d` and `X <a@b,c@d>` two mailboxes, of `<@relay:a@b>` a@b; and it refuses `a..b.@c`. A
 * grammar has to stand before it, which leaves nothing for it to find. Every repetition here is
 * possessive (`++`, `*+`) or short: the time that a match takes grows no faster than the text. */
#define ATEXT "A-Za-z0-9!#$%&'*+/=?^_`{|}~.\\-" /* RFC 5322, and the dot */
#define BEYOND "\\x80-\\xff"                    /* bytes of characters beyond ASCII */

/* Or a quoted string, in which a backslash takes the meaning from what follows it (RFC 5321
 * 4.1.2). */
#define LOCAL "(?:[" ATEXT "]++|\"(?:[ !#-\\[\\]-~]|\\\\[ -~])++\")"
#define LITERAL "\\[[0-9a-fA-F:.IPv]++\\]"
#define LABEL "[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"

/* `local@domain` as it may stand in an envelope. */
static const gchar strict_address[] = "\\A" LOCAL "@(?:" LABEL "(?:\\." LABEL ")*|" LITERAL ")\\z";

/* One mailbox, and the comma or the end behind it. */
static const gchar mailbox_grammar[] =
    "(?(DEFINE)"
    "(?<quoted>\"(?:[^\"\\\\]|\\\\.)*+\")"
    "(?<comment>\\((?:[^()\\\\]|\\\\.|(?&comment))*+\\))"
    "(?<space>(?:[ \\t]|(?&comment))*+)"
    "(?<addrspec>" LOCAL "@(?:[A-Za-z0-9_.\\-" BEYOND "]++|" LITERAL "))"
    ")"
    "(?|(?<before>(?:[" ATEXT BEYOND "]|(?&quoted)|(?&comment)|[ \\t])*+)<(?<address>(?&addrspec))>"
    "|(?<before>(?&space))(?<address>(?&addrspec)))"
    "(?<after>(?&space))(?:,|\\z)";

/* RAW: the text is known to be UTF-8; without it each mailbox would check all of it again. */
static GRegex *get_regex(GRegex **regex, const gchar *pattern)
{
    if (g_once_init_enter(regex))
        g_once_init_leave(regex, g_regex_new(pattern, G_REGEX_RAW | G_REGEX_OPTIMIZE, 0, NULL));
    return *regex;
}

static gboolean fail(GError **error, const gchar *what, const gchar *text, const gchar *reason)
{
    g_autofree gchar *quoted = mg_error_quote(text);

    g_set_error(error, MG_ERROR, MG_ERROR_GROUP, "%s %s: %s", what, quoted, reason);
    return FALSE;
}

/* With a word on what may have been meant; `else_advice` (nullable) where nothing better is
 * known. */
static void fail_advised(GError **error, const gchar *what, const gchar *text, const gchar *reason,
                         const gchar *else_advice)
{
    g_autofree gchar *known = mg_address_advice(text);
    const gchar *advice = known != NULL ? known : else_advice;
    g_autofree gchar *advised =
        g_strconcat(reason, advice != NULL ? "\nHINT: " : "", advice != NULL ? advice : "", NULL);

    fail(error, what, text, advised);
}

/* Before any other look: what no header or envelope may hold anywhere. */
static gboolean check_text(const gchar *what, const gchar *text, GError **error)
{
    if (!g_utf8_validate(text, -1, NULL))
        return fail(error, what, text, "not UTF-8");
    if (strpbrk(text, "\r\n") != NULL)
        return fail(error, what, text, "line break");
    for (const gchar *at = text; *at != '\0'; at++)
        if (g_ascii_iscntrl(*at) && *at != '\t')
            return fail(error, what, text, "control character");
    if (text[strspn(text, " \t")] == '\0')
        return fail(error, what, text, "empty");
    return strchr(text, '@') != NULL || fail(error, what, text, "no '@'");
}

static gboolean is_strict(const gchar *address)
{
    static GRegex *regex;

    return g_regex_match(get_regex(&regex, strict_address), address, 0, NULL);
}

/* U+00DF, U+03C2, U+200C, U+200D: IDNA 2003, which GLib knows, makes another domain of them than
 * IDNA 2008 does. A mail must not go to the one who registered the other. */
static gboolean has_deviating_character(const gchar *text)
{
    return strstr(text, "\xc3\x9f") != NULL || strstr(text, "\xcf\x82") != NULL ||
           strstr(text, "\xe2\x80\x8c") != NULL || strstr(text, "\xe2\x80\x8d") != NULL;
}

/* As browsers do: non-transitional (UTS 46). NULL where it is no domain. */
static gchar *translate_by_2008(const gchar *domain)
{
    gchar *host = NULL;
    gchar *copy;

    if (idn2_to_ascii_8z(domain, &host, IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT) != IDN2_OK)
        return NULL;
    copy = g_strdup(host);
    idn2_free(host);
    return copy;
}

/* The address with its domain as A-labels, NULL where there are none. By GLib: GMime's
 * internet_address_mailbox_get_idn_addr() gives up on a dot at the end of the local part. */
static gchar *translate_domain(const gchar *address)
{
    const gchar *domain = strrchr(address, '@') + 1;
    g_autofree gchar *host =
        has_deviating_character(domain) ? translate_by_2008(domain) : g_hostname_to_ascii(domain);

    return host != NULL ? g_strdup_printf("%.*s%s", (gint)(domain - address), address, host) : NULL;
}

/* `address` as it may stand in an envelope. */
static gchar *make_fit(const gchar *what, const gchar *address, GError **error)
{
    g_autofree gchar *fit = g_str_is_ascii(address) ? g_strdup(address) : translate_domain(address);

    if (fit == NULL)
        fail_advised(error, what, address, "no A-label for the domain",
                     "write the domain as xn--…");
    else if (!is_strict(fit))
        fail_advised(error, what, address, "not a domain behind the '@'", NULL);
    else if (strlen(fit) > ADDRESS_LIMIT)
        fail(error, what, address, "longer than 254 characters");
    else
        return g_steal_pointer(&fit);
    return NULL;
}

/* A display name of what stands before and behind the address: unquoted, encoded words decoded,
 * comments as they are, one space for several; NULL where nothing is left. */
static gchar *make_name(const gchar *before, const gchar *after)
{
    g_autofree gchar *raw = g_strjoin(" ", before, after, NULL);
    g_autofree gchar *decoded = NULL;
    g_auto(GStrv) words = NULL;
    g_autoptr(GString) name = g_string_new(NULL);

    g_mime_utils_unquote_string(raw);
    decoded = g_mime_utils_header_decode_phrase(NULL, raw);
    words = g_strsplit_set(g_utf8_validate(decoded, -1, NULL) ? decoded : raw, " \t", -1);
    for (gsize i = 0; words[i] != NULL; i++)
        if (*words[i] != '\0')
            g_string_append_printf(name, "%s%s", name->len > 0 ? " " : "", words[i]);
    return name->len > 0 ? g_string_free(g_steal_pointer(&name), FALSE) : NULL;
}

static void mailbox_free(gpointer data)
{
    MgMailbox *mailbox = data;

    g_free(mailbox->name);
    g_free(mailbox->address);
    g_free(mailbox);
}

static gboolean add_mailbox(GPtrArray *mailboxes, const gchar *what, const GMatchInfo *match,
                            GError **error)
{
    g_autofree gchar *before = g_match_info_fetch_named(match, "before");
    g_autofree gchar *address = g_match_info_fetch_named(match, "address");
    g_autofree gchar *after = g_match_info_fetch_named(match, "after");
    gchar *fit = make_fit(what, address, error);
    MgMailbox *mailbox;

    if (fit == NULL)
        return FALSE;
    mailbox = g_new0(MgMailbox, 1);
    mailbox->address = fit;
    mailbox->name = make_name(before, after);
    g_ptr_array_add(mailboxes, mailbox);
    return TRUE;
}

static void fail_at(GError **error, const gchar *what, const gchar *header, gint at)
{
    g_autofree gchar *rest = mg_error_quote(header + at);
    g_autofree gchar *behind = at > 0 ? g_strconcat(" from ", rest, " on", NULL) : NULL;
    g_autofree gchar *reason = g_strconcat("not an address", behind != NULL ? behind : "", NULL);

    fail_advised(error, what, header, reason,
                 g_str_is_ascii(header + at) ? NULL : "before the '@' ASCII only");
}

static gboolean is_label(const gchar *label, gsize length)
{
    gboolean fits = length > 0 && length <= 63 && g_ascii_isalnum(label[0]) &&
                    g_ascii_isalnum(label[length - 1]);

    for (gsize i = 0; fits && i < length; i++)
        fits = g_ascii_isalnum(label[i]) || label[i] == '-';
    return fits;
}

/* The usual address, of which the grammar would say no more than that it is one. */
static gboolean is_usual(const gchar *header)
{
    const gchar *at = header;
    gsize length;

    while (g_ascii_isalnum(*at) || (*at != '\0' && strchr("._+-", *at) != NULL))
        at++;
    if (at == header || *at != '@' || strlen(header) > ADDRESS_LIMIT)
        return FALSE;
    do {
        at++;
        length = strcspn(at, ".");
        if (!is_label(at, length))
            return FALSE;
        at += length;
    } while (*at == '.');
    return TRUE;
}

static void add_usual(GPtrArray *mailboxes, const gchar *header)
{
    MgMailbox *mailbox = g_new0(MgMailbox, 1);

    mailbox->address = g_strdup(header);
    g_ptr_array_add(mailboxes, mailbox);
}

GPtrArray *mg_address_parse(const gchar *what, const gchar *header, GError **error)
{
    static GRegex *grammar;
    g_autoptr(GPtrArray) mailboxes = g_ptr_array_new_with_free_func(mailbox_free);
    gint end = 0;

    if (is_usual(header)) {
        add_usual(mailboxes, header);
        return g_steal_pointer(&mailboxes);
    }
    mg_gmime_init();
    if (!check_text(what, header, error))
        return NULL;
    do {
        g_autoptr(GMatchInfo) match = NULL;
        if (!g_regex_match_full(get_regex(&grammar, mailbox_grammar), header, -1, end,
                                G_REGEX_MATCH_ANCHORED, &match, NULL)) {
            fail_at(error, what, header, end);
            return NULL;
        }
        g_match_info_fetch_pos(match, 0, NULL, &end);
        if (!add_mailbox(mailboxes, what, match, error))
            return NULL;
    } while (header[end - 1] == ',');
    return g_steal_pointer(&mailboxes);
}

gchar *mg_address_of_sender(const gchar *sender, GError **error)
{
    g_autoptr(GPtrArray) mailboxes = mg_address_parse("sender", sender, error);
    MgMailbox *mailbox;

    if (mailboxes == NULL)
        return NULL;
    if (mailboxes->len != 1) {
        fail(error, "sender", sender, "more than one address");
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
    if (!check_text("address", address, error))
        return FALSE;
    if (strlen(address) > ADDRESS_LIMIT)
        return fail(error, "address", address, "longer than 254 characters");
    return is_strict(address) || fail(error, "address", address, "not local@domain");
}
