/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Any text as a schema of X-ARF 0.2, and what follows its first NUL as values, a text each, for its properties: what is
 * written is a map in YAML that is read back as these values. */
#include "base/error.h"
#include "document/tree.h"
#include "report/x_arf.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
const char *__lsan_default_suppressions(void);

/* libfyaml 0.7 loses 2 kB for a quoted text of many pieces. */
const char *__lsan_default_suppressions(void)
{
    return "leak:libfyaml.so";
}

static MgXArfSchema *read_schema(const gchar *text, gsize length)
{
    g_autoptr(MgComplaints) complaints = mg_complaints_new("schema");
    g_autoptr(MgTree) tree = mg_tree_read(MG_DIALECT_JSON, text, length, complaints);
    MgXArfSchema *schema = NULL;

    if (tree->root != NULL && mg_complaints_is_empty(complaints)) {
        schema = mg_x_arf_read_schema(tree->root, complaints);
        g_assert((schema == NULL) == !mg_complaints_is_empty(complaints));
    }
    return schema;
}

/* Each property gets one, the last again and again. */
static GArray *give_values(const gchar *const *names, const gchar *texts, const gchar *end)
{
    GArray *values = g_array_new(FALSE, FALSE, sizeof(MgXArfValue));

    for (; *names != NULL; names++) {
        MgXArfValue value = {*names, texts, FALSE};

        value.is_integer = *texts != '\0' && strspn(texts, "0123456789") == strlen(texts);
        g_array_append_val(values, value);
        if (texts + strlen(texts) < end)
            texts += strlen(texts) + 1;
    }
    return values;
}

static void check_value(const MgNode *key, const MgNode *node, const GArray *values)
{
    g_autofree gchar *name = g_strdelimit(g_utf8_strdown(key->text, -1), "-", '_');

    g_assert(node->kind == MG_NODE_TEXT);
    for (guint i = 0; i < values->len; i++) {
        const MgXArfValue *value = &g_array_index(values, MgXArfValue, i);
        g_autofree gchar *text = g_utf8_make_valid(value->text, -1);

        if (!g_str_equal(value->name, name))
            continue;
        if (!value->is_integer)
            g_assert_cmpstr(node->text, ==, text);
        else
            g_assert_cmpstr(node->text, ==, text + MIN(strspn(text, "0"), strlen(text) - 1));
        g_assert(node->is_plain || !value->is_integer);
        return;
    }
    g_assert_not_reached();
}

static void check_report(const gchar *report, const GArray *values)
{
    g_autoptr(MgComplaints) complaints = mg_complaints_new("report");
    g_autoptr(MgTree) tree = NULL;
    guint n_lines = 0;

    g_assert(g_utf8_validate(report, -1, NULL));
    if (*report == '\0')
        return;
    for (const gchar *at = report; *at != '\0'; at++)
        n_lines += *at == '\n';
    tree = mg_tree_read(MG_DIALECT_YAML, report, strlen(report), complaints);
    if (!mg_complaints_is_empty(complaints)) {
        g_autoptr(GError) error = NULL;
        mg_complaints_set_error(complaints, &error);
        g_error("%s\n%s", error->message, report);
    }
    g_assert_cmpuint(n_lines, ==, mg_node_count(tree->root));
    for (guint i = 0; i < n_lines; i++)
        check_value(mg_node_key(tree->root, i), mg_node_value(tree->root, i), values);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree gchar *text = g_malloc0(size + 1);
    g_autoptr(MgXArfSchema) schema = NULL;
    g_autofree const gchar **names = NULL;
    g_autoptr(GArray) values = NULL;
    g_autoptr(GError) error = NULL;
    g_autofree gchar *report = NULL;

    if (size > 0)
        memcpy(text, data, size);
    schema = read_schema(text, strlen(text));
    if (schema == NULL)
        return 0;
    names = mg_x_arf_names(schema);
    values = give_values(names, text + MIN(strlen(text) + 1, size), text + size);
    report = mg_x_arf_write(schema, (const MgXArfValue *)values->data, values->len, &error);
    g_assert((report == NULL) == (error != NULL));
    g_assert(error == NULL || (g_error_matches(error, MG_ERROR, MG_ERROR_GROUP) &&
                               g_utf8_validate(error->message, -1, NULL)));
    if (report != NULL)
        check_report(report, values);
    return 0;
}
