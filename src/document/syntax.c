/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "document/syntax.h"

#include "base/error.h"

#include <libfyaml.h>
#include <string.h>

#define PARSE_FLAGS (FYPCF_QUIET | FYPCF_COLLECT_DIAG | FYPCF_DEFAULT_VERSION_1_2)

static void locate(const gchar *text, gsize offset, guint *line, guint *column)
{
    *line = 1;
    *column = 1;
    for (gsize i = 0; i < offset; i++) {
        if (text[i] == '\n') {
            (*line)++;
            *column = 1;
        } else if (((guchar)text[i] & 0xc0) != 0x80) {
            (*column)++;
        }
    }
}

/* JSON takes the DEL character, YAML does not. */
static gboolean is_forbidden(MgDialect dialect, gchar character)
{
    if (character == 0x7f)
        return dialect == MG_DIALECT_YAML;
    return g_ascii_iscntrl(character) && strchr("\t\n\r", character) == NULL;
}

/* The library takes a byte that is not UTF-8, a NUL or another control character for the end of the
 * text, in silence: half a file would be read as if it were the whole. */
static gboolean check_bytes(MgDialect dialect, const gchar *text, gsize length,
                            MgComplaints *complaints)
{
    const gchar *end = NULL;
    guint line;
    guint column;

    if (!g_utf8_validate_len(text, length, &end) && *end != '\0') {
        locate(text, (gsize)(end - text), &line, &column);
        mg_complaints_add(complaints, line, column,
                          "the byte 0x%02x here is not UTF-8; save the file as UTF-8",
                          (guchar)*end);
        return FALSE;
    }
    for (gsize i = 0; i < length; i++) {
        if (text[i] != '\0' && !is_forbidden(dialect, text[i]))
            continue;
        locate(text, i, &line, &column);
        mg_complaints_add(complaints, line, column,
                          "the control character 0x%02x cannot stand in %s", (guchar)text[i],
                          dialect == MG_DIALECT_JSON ? "JSON" : "YAML");
        return FALSE;
    }
    return TRUE;
}

static gchar *token_text(struct fy_token *token, gsize *length)
{
    const gchar *text = token != NULL ? fy_token_get_text(token, length) : NULL;
    gchar *copy = NULL;

    if (text == NULL) {
        *length = 0;
        return NULL;
    }
    copy = g_malloc0(*length + 1);
    memcpy(copy, text, *length);
    return copy;
}

static gboolean event_type(enum fy_event_type type, MgSyntaxEventType *result)
{
    switch (type) {
    case FYET_DOCUMENT_START:
        *result = MG_SYNTAX_EVENT_DOCUMENT;
        return TRUE;
    case FYET_SCALAR:
        *result = MG_SYNTAX_EVENT_SCALAR;
        return TRUE;
    case FYET_ALIAS:
        *result = MG_SYNTAX_EVENT_ALIAS;
        return TRUE;
    case FYET_MAPPING_START:
        *result = MG_SYNTAX_EVENT_MAP;
        return TRUE;
    case FYET_SEQUENCE_START:
        *result = MG_SYNTAX_EVENT_LIST;
        return TRUE;
    case FYET_MAPPING_END:
    case FYET_SEQUENCE_END:
        *result = MG_SYNTAX_EVENT_END;
        return TRUE;
    default:
        return FALSE;
    }
}

typedef struct {
    MgDialect dialect;
    MgSyntaxFunc take;
    gpointer user_data;
    const gchar *text;
    gsize length;
    MgComplaints *complaints;
    gboolean is_bad; /* complained about what an event holds */
} Pump;

static gboolean reject(Pump *pump, guint line, guint column, const gchar *why)
{
    mg_complaints_add(pump->complaints, line, column, "%s", why);
    pump->is_bad = TRUE;
    return FALSE;
}

/* Whatever else makes the library end in silence before the end must not pass for a whole file. */
static gboolean check_end(Pump *pump, const struct fy_mark *mark)
{
    if (mark == NULL || mark->input_pos >= pump->length)
        return TRUE;
    return reject(pump, (guint)mark->line + 1, (guint)mark->column + 1,
                  "the file cannot be read beyond this place");
}

/* The library takes a quoted text to begin behind its quote, an alias behind its asterisk. */
static gboolean begins_before_its_mark(struct fy_event *source)
{
    enum fy_scalar_style style = FYSS_ANY;

    if (source->type == FYET_ALIAS)
        return TRUE;
    if (source->type != FYET_SCALAR)
        return FALSE;
    style = fy_token_scalar_style(fy_event_get_token(source));
    return style == FYSS_SINGLE_QUOTED || style == FYSS_DOUBLE_QUOTED;
}

static void set_place(MgSyntaxEvent *event, struct fy_event *source)
{
    const struct fy_mark *mark = fy_event_start_mark(source);

    if (mark == NULL)
        return;
    event->line = (guint)mark->line + 1;
    event->column = (guint)mark->column + 1;
    if (begins_before_its_mark(source) && event->column > 1)
        event->column--;
}

/* Where a mark of the library points to; the end where it points to nothing. */
static const gchar *find_place(const Pump *pump, const struct fy_mark *mark)
{
    return pump->text + (mark != NULL ? MIN(mark->input_pos, pump->length) : pump->length);
}

static gboolean is_cut(const Pump *pump, struct fy_token *token)
{
    const gchar *end = pump->text + pump->length;
    const gchar *at = find_place(pump, fy_token_end_mark(token));

    while (at < end && *at == ' ')
        at++;
    if (at == end || *at != '#')
        return FALSE;
    for (; at < end && *at != '\n'; at++)
        if (*at == '$')
            return TRUE;
    return FALSE;
}

static gint block_indentation(const Pump *pump, struct fy_token *token, const gchar *text)
{
    const gchar *end = pump->text + pump->length;
    const gchar *at = find_place(pump, fy_token_start_mark(token));
    gint indentation = 0;

    if (text[strspn(text, "\n")] == '\0')
        return -1;
    for (; at < end && strchr(" \r\n", *at) != NULL; at++)
        indentation = *at == ' ' ? indentation + 1 : 0;
    return indentation;
}

static void set_style(const Pump *pump, MgSyntaxEvent *event, struct fy_token *token)
{
    enum fy_scalar_style style = fy_token_scalar_style(token);

    event->is_plain = style == FYSS_PLAIN;
    event->is_cut = event->is_plain && is_cut(pump, token);
    event->indentation = style == FYSS_LITERAL || style == FYSS_FOLDED
                             ? block_indentation(pump, token, event->text)
                             : -1;
}

/* Escapes ("\0") may give what no text of YAML's readers can hold. */
static gboolean check_text(Pump *pump, const MgSyntaxEvent *event)
{
    if (pump->dialect == MG_DIALECT_JSON)
        return TRUE;
    if (strlen(event->text) == event->length && g_utf8_validate(event->text, -1, NULL))
        return TRUE;
    return reject(pump, event->line, event->column,
                  "the text holds a NUL character or broken UTF-8");
}

static gboolean hand_scalar_on(Pump *pump, MgSyntaxEvent *event, struct fy_token *token)
{
    g_autofree gchar *text = token_text(token, &event->length);
    gboolean goes_on = FALSE;

    event->text = text != NULL ? text : "";
    set_style(pump, event, token);
    goes_on = check_text(pump, event) && pump->take(event, pump->user_data);
    if (text != NULL) /* it may be a password */
        explicit_bzero(text, event->length);
    return goes_on;
}

/* FALSE where reading must stop. */
static gboolean hand_on(Pump *pump, struct fy_event *source)
{
    MgSyntaxEvent event = {0};
    g_autofree gchar *anchor = NULL;
    g_autofree gchar *tag = NULL;
    gsize unused = 0;

    if (source->type == FYET_STREAM_END)
        return check_end(pump, fy_event_start_mark(source));
    if (!event_type(source->type, &event.type))
        return TRUE;
    set_place(&event, source);
    if (event.type == MG_SYNTAX_EVENT_DOCUMENT || event.type == MG_SYNTAX_EVENT_END)
        return pump->take(&event, pump->user_data);
    if (event.type != MG_SYNTAX_EVENT_ALIAS) {
        anchor = token_text(fy_event_get_anchor_token(source), &unused);
        tag = token_text(fy_event_get_tag_token(source), &unused);
    }
    event.anchor = anchor;
    event.tag = tag;
    if (event.type == MG_SYNTAX_EVENT_SCALAR || event.type == MG_SYNTAX_EVENT_ALIAS)
        return hand_scalar_on(pump, &event, fy_event_get_token(source));
    return pump->take(&event, pump->user_data);
}

/* What the library complains of first; the rest follows from it. */
static void complain_syntax(const Pump *pump, struct fy_diag *diag)
{
    const struct fy_diag_error *found = NULL;
    void *iterator = NULL;
    g_autofree gchar *message = NULL;

    while ((found = fy_diag_errors_iterate(diag, &iterator)) != NULL)
        if (found->type == FYET_ERROR)
            break;
    message = mg_dialect_explain(pump->dialect, found != NULL ? found->msg : NULL);
    mg_complaints_add(pump->complaints, found != NULL ? (guint)MAX(found->line, 1) : 1,
                      found != NULL ? (guint)MAX(found->column, 1) : 1, "%s", message);
}

/* After this error libfyaml 0.7.12 frees a key twice when it tidies up. So the parser is left as it
 * is, yet within reach, since it is no leak of ours; formats are read by one thread. */
static gboolean is_fit_to_be_freed(struct fy_diag *diag)
{
    const struct fy_diag_error *found = NULL;
    void *iterator = NULL;

    while ((found = fy_diag_errors_iterate(diag, &iterator)) != NULL)
        if (found->msg != NULL && strstr(found->msg, "cannot use tab for indentation") != NULL)
            return FALSE;
    return TRUE;
}

static void destroy_parser(struct fy_parser *parser, struct fy_diag *diag)
{
    static GSList *unfit = NULL;

    if (is_fit_to_be_freed(diag))
        fy_parser_destroy(parser);
    else
        unfit = g_slist_prepend(unfit, parser);
}

static gboolean run(Pump *pump, struct fy_parser *parser, struct fy_diag *diag)
{
    struct fy_event *event = NULL;
    gboolean goes_on = TRUE;

    while (goes_on && (event = fy_parser_parse(parser)) != NULL) {
        goes_on = hand_on(pump, event);
        fy_parser_event_free(parser, event);
    }
    if (goes_on && fy_parser_get_stream_error(parser)) {
        complain_syntax(pump, diag);
        return FALSE;
    }
    return !pump->is_bad;
}

static struct fy_diag *diag_new(void)
{
    struct fy_diag_cfg config;
    struct fy_diag *diag = NULL;

    fy_diag_cfg_default(&config);
    config.fp = NULL; /* else the library prints to standard error by itself */
    diag = fy_diag_create(&config);
    g_assert(diag != NULL);
    fy_diag_set_collect_errors(diag, true);
    return diag;
}

gboolean mg_syntax_read(MgDialect dialect, const gchar *text, gsize length, MgSyntaxFunc take,
                        gpointer user_data, MgComplaints *complaints)
{
    enum fy_parse_cfg_flags strictness =
        dialect == MG_DIALECT_JSON ? FYPCF_JSON_FORCE : FYPCF_JSON_NONE;
    struct fy_parse_cfg config = {.flags = PARSE_FLAGS | strictness};
    Pump pump = {dialect, take, user_data, text, length, complaints, FALSE};
    struct fy_diag *diag = NULL;
    struct fy_parser *parser = NULL;
    gboolean is_fine = FALSE;

    if (!check_bytes(dialect, text, length, complaints))
        return FALSE;
    diag = diag_new();
    config.diag = diag;
    parser = fy_parser_create(&config);
    g_assert(parser != NULL);
    if (fy_parser_set_string(parser, text, length) == 0)
        is_fine = run(&pump, parser, diag);
    else
        complain_syntax(&pump, diag);
    destroy_parser(parser, diag);
    fy_diag_reset_error(diag); /* frees the collected messages, which unref alone leaks */
    fy_diag_unref(diag);
    return is_fine;
}
