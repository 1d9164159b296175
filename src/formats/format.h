/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * A format: what answers for a directive (mailgen-formats(5)). Each file of script_directory is
 * one; all are asked in name order until one answers.
 *
 * A format is loaded once, before anything is sent, and then asked from every worker at once.
 */
#pragma once

#include "formats/decision.h"
#include "formats/question.h"
#include "report/report_form.h"

#include <glib.h>

typedef struct MgFormat MgFormat;

typedef struct {
    /* NULL with error where the format failed for this group. A format written as data is then
     * final: the group fails. After a script's exception the next format is asked. */
    MgDecision *(*decide)(MgFormat *format, const MgQuestion *question, GError **error);
    /* Frees the engine's struct, whole; mg_format_free() has freed `filename` before. */
    void (*free)(MgFormat *format);
    gboolean failure_is_final;
    /* (nullable): whether the site has all that the format's reports need; MG_ERROR_SETUP naming
     * the format and what is missing. */
    gboolean (*check_site)(const MgFormat *format, const MgReportFormSite *site, GError **error);
} MgFormatClass;

struct MgFormat { /* each engine puts it first into a struct of its own */
    const MgFormatClass *klass;
    gchar *filename;
};

/* Asks the format for the question's group. Errors: MG_ERROR_GROUP where it cannot decide, those of
 * the stages where it makes mails itself. (transfer full) */
MgDecision *mg_format_decide(MgFormat *format, const MgQuestion *question,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether the site has all that the formats' reports need. MG_ERROR_SETUP telling of all that is
 * missing, a line a format. `formats`: of MgFormat. */
gboolean mg_format_check_site(const GPtrArray *formats, const MgReportFormSite *site,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
void mg_format_free(MgFormat *format);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgFormat, mg_format_free)
