/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "render/template.h"

#include "base/error.h"

#include <string.h>

static MgPairs *make_names(void)
{
    MgPairs *names = mg_pairs_new();

    mg_pairs_set(names, "ticket_number", "20261120-10000001");
    mg_pairs_set(names, "source.asn", "64496");
    mg_pairs_set(names, "hostile", "${ticket_number} $$ $");
    mg_pairs_set(names, "none", NULL);
    return names;
}

static const struct {
    const gchar *name;
    const gchar *text;
    const gchar *expanded; /* NULL: an error that ends with ... */
    const gchar *message;
} cases[] = {
    {"plain", "no names", "no names", NULL},
    {"empty", "", "", NULL},
    {"dollar", "5$$ and $$$$", "5$ and $$", NULL},
    {"named", "$ticket_number!", "20261120-10000001!", NULL},
    {"braced", "[${ticket_number}.]", "[20261120-10000001.]", NULL},
    {"dotted", "$source.asn/${source.asn}", "64496/64496", NULL},
    {"null", "$none", "None", NULL},
    {"never-again", "$hostile", "${ticket_number} $$ $", NULL},
    {"dollar-then-name", "$$ticket_number", "$ticket_number", NULL},
    {"greedy-dot", "$ticket_number.", NULL,
     "t: line 1, column 1: KeyError: 'ticket_number.'\n"
     "HINT: a dot belongs to the name; write ${ticket_number}."},
    {"unknown", "a\n b${Ticket_number}", NULL, "t: line 2, column 3: KeyError: 'Ticket_number'"},
    {"unknown-non-ascii", "$ſ", NULL, "t: line 1, column 1: KeyError: 'ſ'"},
    {"alone", "äb\n$ x", NULL,
     "t: line 2, column 1: ValueError: Invalid placeholder in string: line 2, col 1"},
    {"at-end", "ä$", NULL,
     "t: line 1, column 2: ValueError: Invalid placeholder in string: line 1, col 2"},
    {"python-lines",
     "a\vb\r\nc\x1c"
     "d\xe2\x80\xa8$1",
     NULL, "t: line 2, column 5: ValueError: Invalid placeholder in string: line 5, col 1"},
    {"digit", "$1", NULL, "Invalid placeholder in string: line 1, col 1"},
    {"dot", "$.a", NULL, "Invalid placeholder in string: line 1, col 1"},
    {"open-brace", "${ticket_number", NULL, "Invalid placeholder in string: line 1, col 1"},
    {"empty-brace", "${}", NULL, "Invalid placeholder in string: line 1, col 1"},
    {"space-in-brace", "${ticket_number }", NULL, "Invalid placeholder in string: line 1, col 1"},
};

static void test_expand(gconstpointer data)
{
    gsize i = GPOINTER_TO_SIZE(data);
    g_autoptr(MgPairs) names = make_names();
    g_autoptr(GError) error = NULL;
    g_autofree gchar *text = mg_template_expand_text("t", cases[i].text, names, &error);

    g_assert_cmpstr(text, ==, cases[i].expanded);
    if (text == NULL) {
        g_assert_error(error, MG_ERROR, MG_ERROR_GROUP);
        g_assert_true(g_str_has_suffix(error->message, cases[i].message));
    }
}

static const struct {
    const gchar *name;
    const gchar *text;
    const gchar *subject; /* NULL: an error */
    const gchar *body;
} files[] = {
    {"plain", "Subject\n\nBody\nline 2\n", "Subject", "Body\nline 2\n"},
    {"blank-lines-first", "\n \t\n  Subject \nBody", "Subject", "Body\n"},
    {"subject-alone", "Subject", "Subject", "\n"},
    {"crlf", "Subject\r\n\r\nBody\r\nmore\r\n\r\n", "Subject", "Body\nmore\n"},
    {"cr", "Subject\rBody\rmore", "Subject", "Body\nmore\n"},
    {"byte-order-mark", "\xef\xbb\xbfSubject\nBody", "Subject", "Body\n"},
    {"unicode-space", "\xc2\xa0Sub\xc2\xa0ject\xe3\x80\x80\n\xe2\x80\xa8 Bo dy\x1f\xc2\x85",
     "Sub\xc2\xa0ject", "Bo dy\n"},
    {"zero-width-is-no-space", "\xe2\x80\x8b\nBody", "\xe2\x80\x8b", "Body\n"},
    {"empty", "", NULL, NULL},
    {"blank", "\n \n\t", NULL, NULL},
    {"latin-1",
     "Gr\xfc\xdf"
     "e\nBody",
     NULL, NULL},
};

static void test_parse(gconstpointer data)
{
    gsize i = GPOINTER_TO_SIZE(data);
    g_autoptr(GError) error = NULL;
    g_autoptr(MgTemplate) template =
        mg_template_parse("t", files[i].text, strlen(files[i].text), &error);

    if (files[i].subject == NULL) {
        g_assert_null(template);
        g_assert_error(error, MG_ERROR, MG_ERROR_GROUP);
        return;
    }
    g_assert_no_error(error);
    g_assert_cmpstr(mg_template_subject(template), ==, files[i].subject);
    g_assert_cmpstr(mg_template_body(template), ==, files[i].body);
}

static void test_parse_nul(void)
{
    g_autoptr(GError) error = NULL;

    g_assert_null(mg_template_parse("t", "a\0b", 3, &error));
    g_assert_cmpstr(error->message, ==, "t: byte 0x00 at offset 1 is no text in UTF-8");
}

/* Places are those of the file, with Python's own text behind. */
static void test_places_in_file(void)
{
    static const gchar text[] = "\n  $a\n\n\n   Body\n x ${b\n";
    g_autoptr(MgTemplate) template = mg_template_parse("t", text, strlen(text), NULL);
    g_autoptr(MgPairs) names = make_names();
    g_autofree gchar *subject = NULL;
    g_autofree gchar *body = NULL;
    g_autoptr(GError) error = NULL;

    g_assert_false(mg_template_expand(template, names, &subject, &body, &error));
    g_assert_cmpstr(error->message, ==, "t: subject, line 2, column 3: KeyError: 'a'");
    g_clear_error(&error);
    mg_pairs_set(names, "a", "A");
    g_assert_false(mg_template_expand(template, names, &subject, &body, &error));
    g_assert_cmpstr(error->message, ==,
                    "t: body, line 6, column 4: ValueError: Invalid placeholder in string: "
                    "line 2, col 4");
    g_assert_null(subject);
    g_assert_null(body);
}

static void test_new_keeps_texts(void)
{
    g_autoptr(MgTemplate) template = mg_template_new("t", " $none ", "\n$$\n\n");
    g_autoptr(MgTemplate) same = mg_template_ref(template);
    g_autoptr(MgPairs) names = make_names();
    g_autofree gchar *subject = NULL;
    g_autofree gchar *body = NULL;

    g_assert_true(mg_template_expand(same, names, &subject, &body, NULL));
    g_assert_cmpstr(subject, ==, " None ");
    g_assert_cmpstr(body, ==, "\n$\n\n");
}

/* 300 times a mebibyte: what a template of a few lines can make of events that are large enough. */
static void test_too_large(void)
{
    g_autoptr(MgPairs) names = mg_pairs_new();
    g_autoptr(GString) text = g_string_new(NULL);
    g_autofree gchar *value = g_strnfill(1024 * 1024, 'x');
    g_autofree gchar *expanded = NULL;
    g_autoptr(GError) error = NULL;

    for (guint i = 0; i < 300; i++)
        g_string_append(text, "$large ");
    mg_pairs_set(names, "large", value);
    expanded = mg_template_expand_text("t", text->str, names, &error);
    g_assert_null(expanded);
    g_assert_error(error, MG_ERROR, MG_ERROR_GROUP);
    g_assert_cmpstr(error->message, ==, "t: with what is put in, the text is larger than 256 MiB");
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/template/too_large", test_too_large);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree gchar *path = g_strconcat("/template/expand/", cases[i].name, NULL);
        g_test_add_data_func(path, GSIZE_TO_POINTER(i), test_expand);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree gchar *path = g_strconcat("/template/parse/", files[i].name, NULL);
        g_test_add_data_func(path, GSIZE_TO_POINTER(i), test_parse);
    }
    g_test_add_func("/template/parse/nul", test_parse_nul);
    g_test_add_func("/template/places-in-file", test_places_in_file);
    g_test_add_func("/template/new-keeps-texts", test_new_keeps_texts);
    return g_test_run();
}
