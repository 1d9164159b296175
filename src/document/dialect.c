/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "document/dialect.h"

#include <string.h>

#define NOT_A_VALUE "neither a text in double quotes nor a number, true, false or null"
#define ONE_LINE "a text in double quotes must not go over several lines"
#define CLOSING_QUOTE "is the closing quote missing?"
#define NEVER_CLOSED "a quote that was opened here is never closed"

/* The first entry counts whose `part` is in the library's message and that has words for the
 * dialect. YAML's go behind the message as advice; JSON's stand in its place, since hers speaks of
 * YAML. */
static const struct {
    const gchar *part;
    const gchar *yaml; /* (nullable) */
    const gchar *json; /* (nullable) */
} explanations[] = {
    {"Invalid JSON plain", NULL, NOT_A_VALUE},
    {"Invalid JSON unescaped", NULL,
     "a tab or another control character in a text must be written as \\t or \\u00XX"},
    {"Multi line plain", NULL, NOT_A_VALUE},
    {"Multi line double", NULL, ONE_LINE},
    {"single quoted", NULL, "a text stands in double quotes, not in single ones"},
    {"has invalid UTF8 escape", NULL, "an escape such as \\ud800 is no character"},
    {"missing document start", NULL, "more text follows after the end of the document"},
    {"invalid comment", NULL, "JSON has no comments"},
    {"JSON does not allow empty values", NULL, "a value is missing"},
    {"JSON does not allow empty root", NULL, "there is nothing in it"},
    {"tab", "YAML wants spaces for indentation, no tabs", NULL},
    {"invalid alias", "an asterisk that begins a text needs quotes: \"*\"", NULL},
    {"plain scalar cannot start", "put the text into quotes", NOT_A_VALUE},
    {"invalid multiline plain key", "is an indentation wrong, or a space missing after a colon?",
     NULL},
    {"invalid nested block mapping", "a text that holds a colon and a space needs quotes", NULL},
    {"invalid value after mapping", "is an indentation wrong?", NULL},
    {"did not find expected key", "is an indentation wrong?", NULL},
    {"invalid indentation in mapping", "the keys of one mapping begin in the same column", NULL},
    {"missing comma", "or is a closing bracket or brace missing in a line above?",
     "a comma or the closing bracket is missing before this"},
    {"wrongly indented flow", "a text that begins with a bracket or brace needs quotes", NULL},
    {"wrongly indented double-quoted", CLOSING_QUOTE, NULL},
    {"wrongly indented single-quoted", CLOSING_QUOTE, NULL},
    {"without closing quote", NEVER_CLOSED, NEVER_CLOSED},
    {"without a closing", "a bracket or brace that was opened before is never closed", NULL},
    {"invalid escape", "a backslash in double quotes begins an escape; single quotes keep it",
     NULL},
};

static const gchar *find_words(MgDialect dialect, const gchar *library_message)
{
    for (gsize i = 0; i < G_N_ELEMENTS(explanations); i++) {
        const gchar *words =
            dialect == MG_DIALECT_JSON ? explanations[i].json : explanations[i].yaml;
        if (words != NULL && strstr(library_message, explanations[i].part) != NULL)
            return words;
    }
    return NULL;
}

gchar *mg_dialect_explain(MgDialect dialect, const gchar *library_message)
{
    const gchar *words = library_message == NULL ? NULL : find_words(dialect, library_message);

    if (dialect == MG_DIALECT_JSON && library_message == NULL)
        return g_strdup("this cannot be read as JSON");
    if (dialect == MG_DIALECT_JSON)
        return g_strconcat("not valid JSON: ", words == NULL ? library_message : words, NULL);
    if (library_message == NULL)
        return g_strdup("this cannot be read as YAML");
    if (words == NULL)
        return g_strdup(library_message);
    return g_strconcat(library_message, "; ", words, NULL);
}
