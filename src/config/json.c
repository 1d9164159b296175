/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "config/json.h"

#include "base/error.h"

#include <libfyaml.h>
#include <string.h>

/* libfyaml in JSON mode takes JSON only, with these traps: it reports a key given twice as an error
 * (we want Python's "the last counts"), it takes a second document after the first, and it passes a
 * NUL character on. The tests hold it to the rest of the grammar. */
#define PARSE_FLAGS                                                                                \
    (FYPCF_JSON_FORCE | FYPCF_ALLOW_DUPLICATE_KEYS | FYPCF_QUIET | FYPCF_DISABLE_RECYCLING)

#define NOT_A_VALUE "neither a text in double quotes nor a number, true, false or null"

typedef struct fy_parser FyParser;
typedef struct fy_document FyDocument;
typedef struct fy_diag FyDiag;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FyParser, fy_parser_destroy)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FyDocument, fy_document_destroy)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FyDiag, fy_diag_destroy)

struct MgJson {
    MgJsonType type;
    GString *text;      /* strings, numbers, "true", "false", "null" */
    GPtrArray *items;   /* of MgJson: elements of a list, values of an object's members */
    GPtrArray *keys;    /* of GString, one for each of `items`; owned by `places` */
    GHashTable *places; /* of an object: GString key → index + 1 */
    gchar *file_name;   /* GRefString */
    guint line;         /* from 1 */
    guint column;       /* from 1, in characters */
};

static void clear(gpointer data)
{
    MgJson *value = data;

    if (value->text != NULL) { /* it may be a password */
        explicit_bzero(value->text->str, value->text->len);
        g_string_free(value->text, TRUE);
    }
    g_clear_pointer(&value->items, g_ptr_array_unref);
    g_clear_pointer(&value->keys, g_ptr_array_unref);
    g_clear_pointer(&value->places, g_hash_table_unref);
    g_ref_string_release(value->file_name);
}

MgJson *mg_json_ref(MgJson *value)
{
    return g_atomic_rc_box_acquire(value);
}

void mg_json_unref(MgJson *value)
{
    g_atomic_rc_box_release_full(value, clear);
}

static void free_key(gpointer key)
{
    g_string_free(key, TRUE);
}

static MgJson *new_value(MgJsonType type, gchar *file_name, guint line, guint column)
{
    MgJson *value = g_atomic_rc_box_new0(MgJson);

    value->type = type;
    value->file_name = g_ref_string_acquire(file_name);
    value->line = line;
    value->column = column;
    if (type == MG_JSON_LIST || type == MG_JSON_OBJECT)
        value->items = g_ptr_array_new_with_free_func((GDestroyNotify)mg_json_unref);
    if (type == MG_JSON_OBJECT) {
        value->keys = g_ptr_array_new();
        value->places = g_hash_table_new_full((GHashFunc)g_string_hash, (GEqualFunc)g_string_equal,
                                              free_key, NULL);
    }
    return value;
}

static const MgJson *find(const MgJson *object, const GString *key, guint *index)
{
    guint place = GPOINTER_TO_UINT(g_hash_table_lookup(object->places, key));

    if (place == 0)
        return NULL;
    *index = place - 1;
    return g_ptr_array_index(object->items, place - 1);
}

/* Takes `value` over; a value that stands under `key` already is replaced in its place. */
static void set_member(MgJson *object, const GString *key, MgJson *value)
{
    GString *copy = NULL;
    guint index = 0;

    if (find(object, key, &index) != NULL) {
        mg_json_unref(object->items->pdata[index]);
        object->items->pdata[index] = value;
        return;
    }
    copy = g_string_new_len(key->str, (gssize)key->len);
    g_ptr_array_add(object->keys, copy);
    g_ptr_array_add(object->items, value);
    g_hash_table_insert(object->places, copy, GUINT_TO_POINTER(object->items->len));
}

static MgJsonType type_of_plain(const GString *text)
{
    if (text->str[0] == 'n')
        return MG_JSON_NULL;
    if (text->str[0] == 't' || text->str[0] == 'f')
        return MG_JSON_BOOLEAN;
    return strpbrk(text->str, ".eE") != NULL ? MG_JSON_NUMBER : MG_JSON_INTEGER;
}

static MgJson *scalar_from_node(struct fy_node *node, gchar *file_name)
{
    const struct fy_mark *mark = fy_token_start_mark(fy_node_get_scalar_token(node));
    gboolean quoted = fy_node_get_style(node) == FYNS_DOUBLE_QUOTED;
    gsize length = 0;
    const gchar *text = fy_node_get_scalar(node, &length);
    /* The mark counts from 0 and stands behind the opening quote. */
    guint column = mark == NULL ? 1 : (guint)mark->column + (quoted ? 0 : 1);
    MgJson *value =
        new_value(MG_JSON_STRING, file_name, mark == NULL ? 1 : (guint)mark->line + 1, column);

    value->text = g_string_new_len(text, (gssize)length);
    if (!quoted)
        value->type = type_of_plain(value->text);
    return value;
}

static MgJson *from_node(struct fy_node *node, gchar *file_name, guint line, guint column);

static MgJson *list_from_node(struct fy_node *node, gchar *file_name, guint line, guint column)
{
    MgJson *list = new_value(MG_JSON_LIST, file_name, line, column);
    struct fy_node *item = NULL;
    void *position = NULL;

    while ((item = fy_node_sequence_iterate(node, &position)) != NULL)
        g_ptr_array_add(list->items, from_node(item, file_name, line, column));
    return list;
}

static MgJson *object_from_node(struct fy_node *node, gchar *file_name, guint line, guint column)
{
    MgJson *object = new_value(MG_JSON_OBJECT, file_name, line, column);
    struct fy_node_pair *pair = NULL;
    void *position = NULL;

    while ((pair = fy_node_mapping_iterate(node, &position)) != NULL) {
        g_autoptr(MgJson) key = scalar_from_node(fy_node_pair_key(pair), file_name);
        MgJson *value = from_node(fy_node_pair_value(pair), file_name, key->line, key->column);
        set_member(object, key->text, value);
    }
    return object;
}

/* libfyaml keeps no place of lists and objects: theirs is `line` and `column`, of what holds them.
 * It allows 64 levels, so recursion is safe. */
static MgJson *from_node(struct fy_node *node, gchar *file_name, guint line, guint column)
{
    switch (fy_node_get_type(node)) {
    case FYNT_SEQUENCE:
        return list_from_node(node, file_name, line, column);
    case FYNT_MAPPING:
        return object_from_node(node, file_name, line, column);
    case FYNT_SCALAR:
        return scalar_from_node(node, file_name);
    }
    g_assert_not_reached();
}

/* libfyaml speaks of YAML; those who write JSON are told in its words. */
static const struct {
    const gchar *prefix;
    const gchar *words;
} translations[] = {
    {"Invalid JSON plain", NOT_A_VALUE},
    {"plain scalar cannot", NOT_A_VALUE},
    {"Invalid JSON unescaped",
     "a tab or another control character in a text must be written as \\t "
     "or \\u00XX"},
    {"Multi line plain", NOT_A_VALUE},
    {"single quoted", "a text stands in double quotes, not in single ones"},
    {"Multi line double", "a text in double quotes must not go over several lines"},
    {"double-quoted scalar without", "a text has no closing double quote"},
    {"double-quoted scalar has invalid", "an escape such as \\ud800 is no character"},
    {"missing comma", "a comma or the closing bracket is missing before this"},
    {"missing document start", "more text follows after the end of the document"},
    {"invalid comment", "JSON has no comments"},
    {"JSON does not allow empty values", "a value is missing"},
    {"JSON does not allow empty root", "there is nothing in it"},
};

/* What libfyaml complains of first; the rest follows from it. */
static void set_parse_error(struct fy_diag *diag, const gchar *file_name, GError **error)
{
    void *position = NULL;
    struct fy_diag_error *first = fy_diag_errors_iterate(diag, &position);
    const gchar *words = first == NULL ? "cannot be parsed" : first->msg;

    for (gsize i = 0; i < G_N_ELEMENTS(translations); i++)
        if (g_str_has_prefix(words, translations[i].prefix))
            words = translations[i].words;
    g_set_error(error, MG_ERROR, MG_ERROR_SETUP, "%s:%d:%d: not valid JSON: %s", file_name,
                first == NULL ? 1 : MAX(first->line, 1), first == NULL ? 1 : MAX(first->column, 1),
                words);
}

static gboolean check_characters(const gchar *file_name, const gchar *text, gsize length,
                                 GError **error)
{
    const gchar *end = NULL;
    const gchar *line_start = text;
    guint line = 1;

    if (g_utf8_validate_len(text, length, &end))
        return TRUE;
    for (const gchar *at = text; at < end; at++)
        if (*at == '\n') {
            line++;
            line_start = at + 1;
        }
    g_set_error(error, MG_ERROR, MG_ERROR_SETUP, "%s:%u:%ld: byte 0x%02x is not UTF-8 text",
                file_name, line, g_utf8_strlen(line_start, end - line_start) + 1, (guchar)*end);
    return FALSE;
}

static gboolean check_nothing_follows(FyParser *parser, FyDiag *diag, const gchar *file_name,
                                      GError **error)
{
    g_autoptr(FyDocument) second = fy_parse_load_document(parser);

    if (second != NULL) {
        g_set_error(error, MG_ERROR, MG_ERROR_SETUP,
                    "%s: not valid JSON: more text follows after the end of the document",
                    file_name);
        return FALSE;
    }
    if (fy_diag_got_error(diag)) {
        set_parse_error(diag, file_name, error);
        return FALSE;
    }
    return TRUE;
}

MgJson *mg_json_parse(const gchar *file_name, const gchar *text, gsize length, GError **error)
{
    struct fy_diag_cfg diag_options;
    g_autoptr(FyDiag) diag = NULL;
    g_autoptr(FyParser) parser = NULL;
    g_autoptr(FyDocument) document = NULL;
    MgJson *value = NULL;
    gchar *shared_name = NULL;

    if (length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
        text += 3;
        length -= 3;
    }
    if (!check_characters(file_name, text, length, error))
        return NULL;
    fy_diag_cfg_default(&diag_options);
    diag_options.colorize = false;
    diag = fy_diag_create(&diag_options);
    g_assert(diag != NULL);
    fy_diag_set_collect_errors(diag, true);
    parser = fy_parser_create(&(struct fy_parse_cfg){.flags = PARSE_FLAGS, .diag = diag});
    g_assert(parser != NULL);
    if (fy_parser_set_string(parser, text, length) != 0 ||
        (document = fy_parse_load_document(parser)) == NULL || fy_document_root(document) == NULL) {
        set_parse_error(diag, file_name, error);
        return NULL;
    }
    if (!check_nothing_follows(parser, diag, file_name, error))
        return NULL;
    shared_name = g_ref_string_new(file_name);
    value = from_node(fy_document_root(document), shared_name, 1, 1);
    g_ref_string_release(shared_name);
    return value;
}

static void merge_into(MgJson *merged, MgJson *below, MgJson *above, gboolean is_top)
{
    guint index = 0;

    for (guint i = 0; i < below->items->len; i++)
        set_member(merged, below->keys->pdata[i], mg_json_ref(below->items->pdata[i]));
    for (guint i = 0; i < above->items->len; i++) {
        MgJson *value = above->items->pdata[i];
        MgJson *old = (MgJson *)find(below, above->keys->pdata[i], &index);
        MgJson *kept = NULL;

        if (is_top && old != NULL && old->type == MG_JSON_OBJECT && value->type == MG_JSON_OBJECT) {
            kept = new_value(MG_JSON_OBJECT, value->file_name, value->line, value->column);
            merge_into(kept, old, value, FALSE);
        } else {
            kept = mg_json_ref(value);
        }
        set_member(merged, above->keys->pdata[i], kept);
    }
}

MgJson *mg_json_merge(MgJson *below, MgJson *above)
{
    MgJson *merged = NULL;

    g_assert(below->type == MG_JSON_OBJECT && above->type == MG_JSON_OBJECT);
    merged = new_value(MG_JSON_OBJECT, above->file_name, above->line, above->column);
    merge_into(merged, below, above, TRUE);
    return merged;
}

static void append_string(GString *out, const GString *text)
{
    g_string_append_c(out, '"');
    for (gsize i = 0; i < text->len; i++) {
        guchar byte = (guchar)text->str[i];

        if (byte == '"' || byte == '\\')
            g_string_append_c(out, '\\');
        if (byte < 0x20)
            g_string_append_printf(out, "\\u%04x", byte);
        else
            g_string_append_c(out, (gchar)byte);
    }
    g_string_append_c(out, '"');
}

static void append_value(GString *out, const MgJson *value)
{
    if (value->type == MG_JSON_STRING) {
        append_string(out, value->text);
        return;
    }
    if (value->items == NULL) {
        g_string_append_len(out, value->text->str, (gssize)value->text->len);
        return;
    }
    g_string_append_c(out, value->type == MG_JSON_LIST ? '[' : '{');
    for (guint i = 0; i < value->items->len; i++) {
        if (i > 0)
            g_string_append(out, ", ");
        if (value->type == MG_JSON_OBJECT) {
            append_string(out, value->keys->pdata[i]);
            g_string_append(out, ": ");
        }
        append_value(out, value->items->pdata[i]);
    }
    g_string_append_c(out, value->type == MG_JSON_LIST ? ']' : '}');
}

gchar *mg_json_to_text(const MgJson *value)
{
    GString *out = g_string_new(NULL);

    append_value(out, value);
    return g_string_free(out, FALSE);
}

MgJsonType mg_json_type(const MgJson *value)
{
    return value->type;
}

const gchar *mg_json_type_name(const MgJson *value)
{
    static const gchar *const names[] = {
        [MG_JSON_NULL] = "null",          [MG_JSON_BOOLEAN] = "a boolean",
        [MG_JSON_INTEGER] = "an integer", [MG_JSON_NUMBER] = "a number",
        [MG_JSON_STRING] = "a string",    [MG_JSON_LIST] = "a list",
        [MG_JSON_OBJECT] = "an object",
    };

    return names[value->type];
}

const gchar *mg_json_text(const MgJson *value, gsize *length)
{
    g_assert(value->text != NULL);
    if (length != NULL)
        *length = value->text->len;
    return value->text->str;
}

gboolean mg_json_is_c_string(const MgJson *value)
{
    return value->type == MG_JSON_STRING && strlen(value->text->str) == value->text->len;
}

guint mg_json_count(const MgJson *value)
{
    return value->items->len;
}

const MgJson *mg_json_item(const MgJson *value, guint index)
{
    g_assert(index < value->items->len);
    return value->items->pdata[index];
}

const gchar *mg_json_key(const MgJson *object, guint index)
{
    g_assert(index < object->keys->len);
    return ((GString *)object->keys->pdata[index])->str;
}

const MgJson *mg_json_member(const MgJson *object, const gchar *key)
{
    GString wanted = {.str = (gchar *)key, .len = strlen(key)};
    guint index = 0;

    return find(object, &wanted, &index);
}

gchar *mg_json_place(const MgJson *value)
{
    return g_strdup_printf("%s:%u:%u", value->file_name, value->line, value->column);
}
