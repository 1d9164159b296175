/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "formats/yaml_report.h"

#include "document/check.h"
#include "document/tree.h"
#include "formats/yaml_file.h"
#include "report/mapping_reader.h"

#include <string.h>

/* Which of `words` it is, -1 with a complaint where it is not among them; `all` names them. */
static gint read_word(const MgNode *node, const gchar *what, const gchar *const *words,
                      const gchar *all, MgComplaints *complaints)
{
    const gchar *text = mg_check_text(node, what, complaints);

    if (text == NULL)
        return -1;
    for (gint i = 0; words[i] != NULL; i++)
        if (g_str_equal(words[i], text))
            return i;
    mg_check_complain_unfit(node, what, all, complaints);
    return -1;
}

void mg_yaml_report_read_kind(gpointer field, const MgNode *node, const gchar *what,
                              MgComplaints *complaints)
{
    static const gchar *const words[] = {
        [MG_MAPPING_TARGET_XARF_4] = "xarf-4", [MG_MAPPING_TARGET_X_ARF_0_2] = "x-arf-0.2", NULL};
    MgYamlReport *report = field;
    gint kind = read_word(node, what, words, "xarf-4 or x-arf-0.2", complaints);

    if (kind < 0)
        return;
    report->form = g_new0(MgReportForm, 1);
    report->form->kind = (MgMappingTarget)kind;
}

static void complain_of_file(const MgNode *node, const GError *failure, MgComplaints *complaints)
{
    g_auto(GStrv) lines = g_strsplit(failure->message, "\n", -1);

    for (gchar **line = lines; *line != NULL; line++)
        mg_check_complain(node, complaints, "the mapping cannot be used: %s", *line);
}

static MgMapping *parse(const gchar *path, MgMappingTarget kind, const gchar *text, gsize length,
                        GError **error)
{
    g_autoptr(MgComplaints) complaints = mg_complaints_new(path);
    g_autoptr(MgTree) tree = mg_tree_read(MG_DIALECT_YAML, text, length, complaints);
    g_autoptr(MgMapping) mapping =
        tree->root != NULL ? mg_mapping_reader_read(tree->root, kind, complaints) : NULL;

    if (mg_complaints_is_empty(complaints))
        return g_steal_pointer(&mapping);
    mg_complaints_set_error(complaints, error);
    return NULL;
}

static MgMapping *read_file(const MgYamlReport *report, const MgNode *node,
                            MgComplaints *complaints)
{
    g_autofree gchar *path = g_build_filename(report->directory, node->text, NULL);
    g_autoptr(GError) failure = NULL;
    g_autofree gchar *text = NULL;
    MgMapping *mapping = NULL;
    gsize length = 0;

    if (mg_yaml_file_read(path, &text, &length, &failure))
        mapping = parse(path, report->form->kind, text, length, &failure);
    if (mapping == NULL)
        complain_of_file(node, failure, complaints);
    return mapping;
}

/* Another directory could be one that others may write to. */
static gboolean is_beside(const gchar *name)
{
    for (const gchar *at = name; *at != '\0'; at++)
        if (g_ascii_iscntrl(*at))
            return FALSE;
    return *name != '\0' && *name != '.' && strpbrk(name, "/\\") == NULL;
}

void mg_yaml_report_read_fields(gpointer field, const MgNode *node, const gchar *what,
                                MgComplaints *complaints)
{
    MgYamlReport *report = field;

    if (report->form == NULL || report->form->mapping != NULL)
        return;
    if (node->kind != MG_NODE_TEXT) {
        report->form->mapping = mg_mapping_reader_read(node, report->form->kind, complaints);
        return;
    }
    if (is_beside(node->text))
        report->form->mapping = read_file(report, node, complaints);
    else
        mg_check_complain_unfit(node, what, "a mapping or the name of a file beside this one",
                                complaints);
}

void mg_yaml_report_read_signed(gpointer field, const MgNode *node, const gchar *what,
                                MgComplaints *complaints)
{
    MgYamlReport *report = field;
    gboolean is_signed = FALSE;

    mg_check_read_boolean(&is_signed, node, what, complaints);
    if (report->form != NULL)
        report->form->is_signed = is_signed;
}

void mg_yaml_report_read_not_expressible(gpointer field, const MgNode *node, const gchar *what,
                                         MgComplaints *complaints)
{
    static const gchar *const words[] = {"fail", "pass", NULL};
    MgYamlReport *report = field;
    gint word = read_word(node, what, words, "pass or fail", complaints);

    if (report->form != NULL)
        report->form->passes = word == 1;
}
