/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "document/syntax.h"

#include "base/error.h"

#include <string.h>

typedef struct {
    GString *printed;
    guint n_left; /* events to take before it stops the reading */
} Reader;

static gboolean take(const MgSyntaxEvent *event, gpointer user_data)
{
    static const gchar *const names[] = {
        [MG_SYNTAX_EVENT_DOCUMENT] = "document", [MG_SYNTAX_EVENT_SCALAR] = "scalar",
        [MG_SYNTAX_EVENT_ALIAS] = "alias",       [MG_SYNTAX_EVENT_MAP] = "map",
        [MG_SYNTAX_EVENT_LIST] = "list",         [MG_SYNTAX_EVENT_END] = "end",
    };
    Reader *reader = user_data;

    if (event->type == MG_SYNTAX_EVENT_DOCUMENT)
        return TRUE;
    g_string_append_printf(reader->printed, "%s %u:%u", names[event->type], event->line,
                           event->column);
    if (event->text != NULL)
        g_string_append_printf(reader->printed, " %s%s%s", event->text,
                               event->is_plain ? " plain" : "", event->is_cut ? " cut" : "");
    if (event->type == MG_SYNTAX_EVENT_SCALAR && event->indentation >= 0)
        g_string_append_printf(reader->printed, " +%d", event->indentation);
    if (event->anchor != NULL)
        g_string_append_printf(reader->printed, " &%s", event->anchor);
    if (event->tag != NULL)
        g_string_append_printf(reader->printed, " !%s", event->tag);
    g_string_append(reader->printed, "; ");
    return --reader->n_left > 0;
}

static const struct {
    MgDialect dialect;
    const gchar *text;
    const gchar *events;
    const gchar *complaint; /* NULL: none */
} cases[] = {
    {MG_DIALECT_YAML, "ä: [b, 'c',\n \"d\"]",
     "map 1:1; scalar 1:1 ä plain; list 1:4; scalar 1:5 b plain; scalar 1:8 c; scalar 2:2 d; "
     "end 2:5; end 3:1; ",
     NULL},
    {MG_DIALECT_YAML, "a: &x b\nc: *x\n",
     "map 1:1; scalar 1:1 a plain; scalar 1:7 b plain &x; scalar 2:1 c plain; alias 2:4 x plain; "
     "end 3:1; ",
     NULL},
    {MG_DIALECT_YAML, "a: b # of ${x}\nc: d # of x\n",
     "map 1:1; scalar 1:1 a plain; scalar 1:4 b plain cut; scalar 2:1 c plain; "
     "scalar 2:4 d plain; end 3:1; ",
     NULL},
    {MG_DIALECT_YAML, "|\n\n   b\n", "scalar 2:1 \nb\n +3; ", NULL},
    {MG_DIALECT_YAML, "a: [", "map 1:1; scalar 1:1 a plain; list 1:4; ", "F:2:1: flow sequence"},
    {MG_DIALECT_JSON, "{\"a\": [1, \"b\"]}",
     "map 1:1; scalar 1:2 a; list 1:7; scalar 1:8 1 plain; scalar 1:11 b; end 1:14; end 1:15; ",
     NULL},
    {MG_DIALECT_JSON, "{a: 1}", "", "F:1:2: not valid JSON: neither a text"},
};

static void test_events(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(MgComplaints) complaints = mg_complaints_new("F");
        g_autoptr(GString) printed = g_string_new(NULL);
        g_autoptr(GError) error = NULL;
        Reader reader = {printed, G_MAXUINT};
        gboolean is_read = mg_syntax_read(cases[i].dialect, cases[i].text, strlen(cases[i].text),
                                          take, &reader, complaints);

        g_assert_cmpstr(printed->str, ==, cases[i].events);
        g_assert_cmpint(is_read, ==, cases[i].complaint == NULL);
        if (cases[i].complaint == NULL)
            continue;
        mg_complaints_set_error(complaints, &error);
        g_assert_true(g_str_has_prefix(error->message, cases[i].complaint));
    }
}

/* Who has stopped the reading knows why: what follows is not looked at. */
static void test_stop(void)
{
    g_autoptr(MgComplaints) complaints = mg_complaints_new("F");
    g_autoptr(GString) printed = g_string_new(NULL);
    const gchar text[] = "- a\n- b\n- c\n- d\n- e\n- f\n- }\n";
    Reader reader = {printed, 2};

    mg_syntax_read(MG_DIALECT_YAML, text, strlen(text), take, &reader, complaints);
    g_assert_cmpuint(reader.n_left, ==, 0);
    g_assert_true(mg_complaints_is_empty(complaints));
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/syntax/events", test_events);
    g_test_add_func("/syntax/stop", test_stop);
    return g_test_run();
}
