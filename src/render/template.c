/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "render/template.h"

#include "base/error.h"
#include "render/python_repr.h"

#include <string.h>

#define SIZE_LIMIT                                                                                 \
    ((gsize)256 * 1024 * 1024) /* ${events_as_csv} may stand there a thousand times */
#define BYTE_ORDER_MARK "\xef\xbb\xbf"

/* A text with placeholders, and where it begins in its file. */
typedef struct {
    gchar *text;        /* owned, but for mg_template_expand_text() */
    const gchar *title; /* "subject, " for messages */
    guint line;
    guint column;
} Part;

struct MgTemplate {
    gatomicrefcount references;
    gchar *origin;
    Part subject;
    Part body;
};

/* str.isspace(): bidirectional class WS, B or S, or category Zs. */
static gboolean is_space(gunichar character)
{
    return (character >= 0x09 && character <= 0x0d) || (character >= 0x1c && character <= 0x20) ||
           character == 0x85 || character == 0xa0 || character == 0x1680 ||
           (character >= 0x2000 && character <= 0x200a) || character == 0x2028 ||
           character == 0x2029 || character == 0x202f || character == 0x205f || character == 0x3000;
}

/* Where str.splitlines() ends a line. */
static gboolean is_line_end(gunichar character)
{
    return (character >= 0x0a && character <= 0x0d) || (character >= 0x1c && character <= 0x1e) ||
           character == 0x85 || character == 0x2028 || character == 0x2029;
}

/* The bytes of the first character where re.IGNORECASE lets it match [a-z], else 0. Besides the
 * ASCII letters those are U+0130, U+0131, U+017F and U+212A, whose case folds into ASCII. */
static gsize letter_length(const gchar *text)
{
    if (g_ascii_isalpha(*text))
        return 1;
    if (strncmp(text, "\xc4\xb0", 2) == 0 || strncmp(text, "\xc4\xb1", 2) == 0 ||
        strncmp(text, "\xc5\xbf", 2) == 0)
        return 2;
    return strncmp(text, "\xe2\x84\xaa", 3) == 0 ? 3 : 0;
}

/* The length of the name that begins at `text`, 0 where none does. */
static gsize name_length(const gchar *text)
{
    gsize length = *text == '_' ? 1 : letter_length(text);
    gsize step = length;

    while (step > 0) {
        gchar next = text[length];
        step =
            next == '_' || next == '.' || g_ascii_isdigit(next) ? 1 : letter_length(text + length);
        length += step;
    }
    return length;
}

static gchar *format_place(const gchar *origin, const Part *part, const gchar *dollar)
{
    guint line = part->line;
    const gchar *line_start = part->text;
    glong column;

    for (const gchar *at = part->text; at < dollar; at++) {
        if (*at != '\n')
            continue;
        line++;
        line_start = at + 1;
    }
    column = g_utf8_pointer_to_offset(line_start, dollar) + 1;
    if (line_start == part->text)
        column += part->column - 1;
    return g_strdup_printf("%s: %sline %u, column %ld", origin, part->title, line, column);
}

static gboolean fail_invalid(const gchar *origin, const Part *part, const gchar *dollar,
                             GError **error)
{
    g_autofree gchar *place = format_place(origin, part, dollar);
    guint line = 1;
    guint column = 1;

    for (const gchar *at = part->text; at < dollar; at = g_utf8_next_char(at)) {
        column++;
        if (!is_line_end(g_utf8_get_char(at)) || (at[0] == '\r' && at[1] == '\n'))
            continue;
        line++;
        column = 1;
    }
    g_set_error(error, MG_ERROR, MG_ERROR_GROUP,
                "%s: ValueError: Invalid placeholder in string: line %u, col %u", place, line,
                column);
    return FALSE;
}

static gboolean fail_unknown(const gchar *origin, const Part *part, const gchar *dollar,
                             const gchar *name, const MgPairs *names, GError **error)
{
    g_autofree gchar *place = format_place(origin, part, dollar);
    g_autofree gchar *shorter = g_strdup(name);
    g_autoptr(GString) quoted = g_string_new(NULL);
    gsize length = strlen(name);

    mg_python_repr_append(quoted, name, -1);
    while (length > 0 && shorter[length - 1] == '.')
        shorter[--length] = '\0';
    if (length < strlen(name) && mg_pairs_lookup(names, shorter, NULL))
        g_string_append_printf(quoted, "\nHINT: a dot belongs to the name; write ${%s}.", shorter);
    g_set_error(error, MG_ERROR, MG_ERROR_GROUP, "%s: KeyError: %s", place, quoted->str);
    return FALSE;
}

/* What the `$` at `dollar` stands for; gives the end of it. */
static gboolean expand_placeholder(GString *out, const gchar *origin, const Part *part,
                                   const gchar *dollar, const MgPairs *names, const gchar **end,
                                   GError **error)
{
    gboolean braced = dollar[1] == '{';
    const gchar *start = dollar + 1 + braced;
    gsize length = name_length(start);
    g_autofree gchar *name = NULL;
    const gchar *text;

    if (dollar[1] == '$') {
        g_string_append_c(out, '$');
        *end = dollar + 2;
        return TRUE;
    }
    if (length == 0 || (braced && start[length] != '}'))
        return fail_invalid(origin, part, dollar, error);
    name = g_strndup(start, length);
    if (!mg_pairs_lookup(names, name, &text))
        return fail_unknown(origin, part, dollar, name, names, error);
    g_string_append(out, text != NULL ? text : "None");
    *end = start + length + braced;
    return TRUE;
}

static gboolean check_size(const GString *out, const gchar *origin, GError **error)
{
    if (out->len <= SIZE_LIMIT)
        return TRUE;
    g_set_error(error, MG_ERROR, MG_ERROR_GROUP,
                "%s: with what is put in, the text is larger than 256 MiB", origin);
    return FALSE;
}

static gchar *expand(const gchar *origin, const Part *part, const MgPairs *names, GError **error)
{
    GString *out = g_string_new(NULL);
    const gchar *at = part->text;
    const gchar *dollar;

    for (; (dollar = strchr(at, '$')) != NULL;) {
        g_string_append_len(out, at, dollar - at);
        if (!expand_placeholder(out, origin, part, dollar, names, &at, error) ||
            !check_size(out, origin, error)) {
            g_string_free(out, TRUE);
            return NULL;
        }
    }
    g_string_append(out, at);
    return g_string_free(out, FALSE);
}

static MgTemplate *template_alloc(const gchar *origin)
{
    MgTemplate *template = g_new0(MgTemplate, 1);

    g_atomic_ref_count_init(&template->references);
    template->origin = g_strdup(origin);
    return template;
}

MgTemplate *mg_template_new(const gchar *origin, const gchar *subject, const gchar *body)
{
    MgTemplate *template = template_alloc(origin);

    template->subject = (Part){g_strdup(subject), "subject, ", 1, 1};
    template->body = (Part){g_strdup(body), "body, ", 1, 1};
    return template;
}

/* As Python reads a text file: "\r\n" and "\r" become "\n". */
static gchar *read_lines(const gchar *text, gsize length)
{
    gchar *lines = g_strndup(text, length);
    gchar *to = lines;

    for (const gchar *at = lines; *at != '\0'; at++) {
        if (*at == '\r' && at[1] == '\n')
            continue;
        *to++ = *at == '\r' ? '\n' : *at;
    }
    *to = '\0';
    return lines;
}

static void strip_end(const gchar *const *start, const gchar **end)
{
    while (*start < *end && is_space(g_utf8_get_char(g_utf8_prev_char(*end))))
        *end = g_utf8_prev_char(*end);
}

static void strip(const gchar **start, const gchar **end)
{
    while (*start < *end && is_space(g_utf8_get_char(*start)))
        *start = g_utf8_next_char(*start);
    strip_end(start, end);
}

/* The part of `lines` from `start` to `end`, and its place. */
static Part part_cut(const gchar *lines, const gchar *start, const gchar *end, const gchar *title)
{
    Part part = {NULL, title, 1, 1};

    for (const gchar *at = lines; at < start; at = g_utf8_next_char(at)) {
        part.column++;
        if (*at != '\n')
            continue;
        part.line++;
        part.column = 1;
    }
    part.text = g_strndup(start, (gsize)(end - start));
    return part;
}

/* The first line that is not blank. FALSE where all are. */
static gboolean find_subject(const gchar *lines, const gchar **line, const gchar **line_end)
{
    for (const gchar *at = lines; *at != '\0';) {
        gsize length = strcspn(at, "\n");
        const gchar *start = at;
        const gchar *end = at + length;

        strip(&start, &end);
        if (start < end) {
            *line = at;
            *line_end = at + length;
            return TRUE;
        }
        at += length + (at[length] == '\n');
    }
    return FALSE;
}

static Part cut_body(const gchar *lines, const gchar *start, gboolean is_file)
{
    const gchar *end = start + strlen(start);

    if (is_file)
        strip(&start, &end);
    else if (start < end) /* the line break behind the subject */
        start++;
    strip_end(&start, &end);
    return part_cut(lines, start, end, "body, ");
}

static MgTemplate *parse(const gchar *origin, const gchar *text, gsize length, gboolean is_file,
                         GError **error)
{
    gsize skipped = length >= 3 && memcmp(text, BYTE_ORDER_MARK, 3) == 0 ? 3 : 0;
    g_autofree gchar *lines = NULL;
    g_autofree gchar *body = NULL;
    const gchar *bad;
    const gchar *subject;
    const gchar *subject_end;
    MgTemplate *template;

    if (!g_utf8_validate_len(text, length, &bad)) {
        g_set_error(error, MG_ERROR, MG_ERROR_GROUP,
                    "%s: byte 0x%02x at offset %" G_GSIZE_FORMAT " is no text in UTF-8", origin,
                    (guchar)*bad, (gsize)(bad - text));
        return NULL;
    }
    lines = read_lines(text + skipped, length - skipped);
    if (!find_subject(lines, &subject, &subject_end)) {
        g_set_error(error, MG_ERROR, MG_ERROR_GROUP, "%s: no subject: the text is empty", origin);
        return NULL;
    }
    template = template_alloc(origin);
    template->body = cut_body(lines, subject_end, is_file);
    strip(&subject, &subject_end);
    template->subject = part_cut(lines, subject, subject_end, "subject, ");
    body = template->body.text;
    template->body.text = g_strconcat(body, "\n", NULL);
    return template;
}

MgTemplate *mg_template_parse(const gchar *origin, const gchar *text, gsize length, GError **error)
{
    return parse(origin, text, length, TRUE, error);
}

MgTemplate *mg_template_parse_given(const gchar *origin, const gchar *text, gsize length,
                                    GError **error)
{
    return parse(origin, text, length, FALSE, error);
}

MgTemplate *mg_template_ref(MgTemplate *template)
{
    g_atomic_ref_count_inc(&template->references);
    return template;
}

void mg_template_unref(MgTemplate *template)
{
    if (template == NULL || !g_atomic_ref_count_dec(&template->references))
        return;
    g_free(template->origin);
    g_free(template->subject.text);
    g_free(template->body.text);
    g_free(template);
}

const gchar *mg_template_subject(const MgTemplate *template)
{
    return template->subject.text;
}

const gchar *mg_template_body(const MgTemplate *template)
{
    return template->body.text;
}

gboolean mg_template_expand(const MgTemplate *template, const MgPairs *names, gchar **subject,
                            gchar **body, GError **error)
{
    *body = NULL;
    *subject = expand(template->origin, &template->subject, names, error);
    if (*subject == NULL)
        return FALSE;
    *body = expand(template->origin, &template->body, names, error);
    if (*body == NULL)
        g_clear_pointer(subject, g_free);
    return *body != NULL;
}

gchar *mg_template_expand_text(const gchar *origin, const gchar *text, const MgPairs *names,
                               GError **error)
{
    Part part = {(gchar *)text, "", 1, 1};

    return expand(origin, &part, names, error);
}
