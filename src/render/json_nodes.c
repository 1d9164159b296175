/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "render/json_nodes.h"

#include "base/error.h"

#include <string.h>

#define REPLACEMENT "\xef\xbf\xbd"

typedef struct {
    const gchar *text;
    const gchar *at;
    GArray *nodes; /* NULL for a document that is one scalar: that goes to `scalar` */
    MgJsonNode scalar;
    gsize container; /* index of the innermost open one */
} Parser;

#define NO_CONTAINER G_MAXSIZE

static const struct {
    const gchar *json;
    const gchar *python;
} words[] = {
    {"true", "True"}, {"false", "False"},  {"null", "None"},
    {"NaN", "nan"},   {"Infinity", "inf"}, {"-Infinity", "-inf"},
};

static gboolean fail(const Parser *parser, const gchar *expected, GError **error)
{
    g_autofree gchar *quoted = mg_error_quote(parser->at);

    g_set_error(error, MG_ERROR, MG_ERROR_GROUP,
                "no JSON: %s expected at byte %" G_GSIZE_FORMAT ": %s", expected,
                (gsize)(parser->at - parser->text), quoted);
    return FALSE;
}

static void skip_space(Parser *parser)
{
    parser->at += strspn(parser->at, " \t\n\r");
}

static gboolean accept(Parser *parser, gchar character)
{
    if (*parser->at != character)
        return FALSE;
    parser->at++;
    return TRUE;
}

static void add_node(Parser *parser, MgJsonNodeType type, const gchar *start, const gchar *word)
{
    gsize index = parser->nodes != NULL ? parser->nodes->len : 0;
    MgJsonNode node = {type, index + 1, start, parser->at, word};

    if (parser->nodes != NULL)
        g_array_append_val(parser->nodes, node);
    else
        parser->scalar = node;
}

/* The code unit in "XXXX", -1 where there are no four hexadecimal digits. */
static gint read_code_unit(const gchar *at)
{
    gint unit = 0;

    for (gint i = 0; i < 4; i++) {
        if (!g_ascii_isxdigit(at[i])) /* stops at the final NUL too */
            return -1;
        unit = unit * 16 + g_ascii_xdigit_value(at[i]);
    }
    return unit;
}

static gboolean scan_escape(Parser *parser, GError **error)
{
    if (*parser->at == 'u') {
        if (read_code_unit(parser->at + 1) < 0)
            return fail(parser, "four hexadecimal digits", error);
        parser->at += 5;
        return TRUE;
    }
    if (*parser->at == '\0' || strchr("\"\\/bfnrt", *parser->at) == NULL)
        return fail(parser, "an escape", error);
    parser->at++;
    return TRUE;
}

static gboolean parse_string(Parser *parser, MgJsonNodeType type, GError **error)
{
    const gchar *start = ++parser->at;

    while (*parser->at != '"') {
        if ((guchar)*parser->at < ' ')
            return fail(parser, "'\"'", error);
        if (*parser->at++ == '\\' && !scan_escape(parser, error))
            return FALSE;
    }
    add_node(parser, type, start, NULL);
    parser->at++;
    return TRUE;
}

static gboolean skip_digits(Parser *parser)
{
    gsize n = strspn(parser->at, "0123456789");

    parser->at += n;
    return n > 0;
}

static gboolean parse_number(Parser *parser, GError **error)
{
    const gchar *start = parser->at;
    MgJsonNodeType type = MG_JSON_NODE_INTEGER;

    accept(parser, '-');
    if (!accept(parser, '0') && !skip_digits(parser))
        return fail(parser, "a value", error);
    if (accept(parser, '.')) {
        type = MG_JSON_NODE_FLOAT;
        if (!skip_digits(parser))
            return fail(parser, "a digit", error);
    }
    if (accept(parser, 'e') || accept(parser, 'E')) {
        type = MG_JSON_NODE_FLOAT;
        if (!accept(parser, '-'))
            accept(parser, '+');
        if (!skip_digits(parser))
            return fail(parser, "a digit", error);
    }
    add_node(parser, type, start, NULL);
    return TRUE;
}

static gboolean parse_scalar(Parser *parser, GError **error)
{
    if (*parser->at == '"')
        return parse_string(parser, MG_JSON_NODE_STRING, error);
    for (gsize i = 0; i < G_N_ELEMENTS(words); i++) {
        if (!g_str_has_prefix(parser->at, words[i].json))
            continue;
        parser->at += strlen(words[i].json);
        add_node(parser, MG_JSON_NODE_WORD, parser->at, words[i].python);
        return TRUE;
    }
    return parse_number(parser, error);
}

static void open_container(Parser *parser)
{
    add_node(parser, *parser->at == '{' ? MG_JSON_NODE_OBJECT : MG_JSON_NODE_ARRAY, parser->at,
             NULL);
    mg_json_nodes_at(parser->nodes, parser->nodes->len - 1)->next = parser->container;
    parser->container = parser->nodes->len - 1;
    parser->at++;
}

static void close_container(Parser *parser)
{
    MgJsonNode *node = mg_json_nodes_at(parser->nodes, parser->container);

    parser->container = node->next;
    node->next = parser->nodes->len;
    parser->at++;
}

static gchar closing(MgJsonNodeType type)
{
    return type == MG_JSON_NODE_OBJECT ? '}' : ']';
}

static gboolean parse_key(Parser *parser, GError **error)
{
    skip_space(parser);
    if (*parser->at != '"')
        return fail(parser, "a key", error);
    if (!parse_string(parser, MG_JSON_NODE_KEY, error))
        return FALSE;
    skip_space(parser);
    return accept(parser, ':') || fail(parser, "':'", error);
}

/* Behind a value: closes what ends here, up to a comma or the end of the document. */
static gboolean parse_behind_value(Parser *parser, GError **error)
{
    while (parser->container != NO_CONTAINER) {
        MgJsonNodeType type = mg_json_nodes_at(parser->nodes, parser->container)->type;
        skip_space(parser);
        if (accept(parser, ','))
            return type == MG_JSON_NODE_ARRAY || parse_key(parser, error);
        if (*parser->at != closing(type))
            return fail(parser, "',' or the end of the container", error);
        close_container(parser);
    }
    return TRUE;
}

/* One value; of a container that is not empty, its beginning. */
static gboolean parse_value(Parser *parser, GError **error)
{
    MgJsonNodeType type;

    skip_space(parser);
    if (*parser->at != '{' && *parser->at != '[')
        return parse_scalar(parser, error) && parse_behind_value(parser, error);
    open_container(parser);
    type = mg_json_nodes_at(parser->nodes, parser->container)->type;
    skip_space(parser);
    if (*parser->at == closing(type)) {
        close_container(parser);
        return parse_behind_value(parser, error);
    }
    return type == MG_JSON_NODE_ARRAY || parse_key(parser, error);
}

static gboolean parse_document(Parser *parser, GError **error)
{
    do {
        if (!parse_value(parser, error))
            return FALSE;
    } while (parser->container != NO_CONTAINER);
    skip_space(parser);
    return *parser->at == '\0' || fail(parser, "the end", error);
}

gboolean mg_json_nodes_parse(const gchar *json, MgJsonNode *root, GArray **nodes, GError **error)
{
    Parser parser = {json, json, NULL, {0}, NO_CONTAINER};

    *nodes = NULL;
    if (!g_utf8_validate(json, -1, NULL)) {
        g_autofree gchar *quoted = mg_error_quote(json);
        g_set_error(error, MG_ERROR, MG_ERROR_GROUP, "no UTF-8: %s", quoted);
        return FALSE;
    }
    skip_space(&parser);
    if (*parser.at == '{' || *parser.at == '[')
        *nodes = parser.nodes = g_array_new(FALSE, FALSE, sizeof(MgJsonNode));
    if (!parse_document(&parser, error)) {
        g_clear_pointer(nodes, g_array_unref);
        return FALSE;
    }
    *root = *nodes != NULL ? *mg_json_nodes_at(*nodes, 0) : parser.scalar;
    return TRUE;
}

static gboolean is_surrogate(gint unit, gint first)
{
    return unit >= first && unit < first + 0x400;
}

/* What "\uXXXX" at `at` stands for, two of them where they are a pair of surrogates. Gives the
 * end. */
static gunichar decode_unicode_escape(const gchar **at)
{
    gint unit = read_code_unit(*at + 2);
    gint low;

    *at += 6;
    if (!is_surrogate(unit, 0xd800) || (*at)[0] != '\\' || (*at)[1] != 'u')
        return (gunichar)unit;
    low = read_code_unit(*at + 2);
    if (!is_surrogate(low, 0xdc00))
        return (gunichar)unit;
    *at += 6;
    return 0x10000u + (((gunichar)unit - 0xd800u) << 10) + ((gunichar)low - 0xdc00u);
}

void mg_json_nodes_append_string(GString *out, const MgJsonNode *node, gboolean replace)
{
    static const gchar escapes[] = "\"\\/bfnrt";
    static const gchar values[] = "\"\\/\b\f\n\r\t";
    const gchar *at = node->start;

    while (at < node->end) {
        const gchar *escape = memchr(at, '\\', (gsize)(node->end - at));
        gunichar character;

        g_string_append_len(out, at, (escape != NULL ? escape : node->end) - at);
        if (escape == NULL)
            return;
        at = escape;
        if (at[1] != 'u') {
            g_string_append_c(out, values[strchr(escapes, at[1]) - escapes]);
            at += 2;
            continue;
        }
        character = decode_unicode_escape(&at);
        if (replace && (character == 0 || (character >= 0xd800 && character <= 0xdfff)))
            g_string_append(out, REPLACEMENT);
        else if (character == 0)
            g_string_append(out, "\xc0\x80");
        else
            g_string_append_unichar(out, character);
    }
}
