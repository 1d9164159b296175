/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * How a format makes reports: in which form, by which mapping; and what reports of a site have in
 * common. One event is one report. Pure but for the schemas of X-ARF 0.2, which may be files; for
 * any thread.
 */
#pragma once

#include "model/draft.h"
#include "model/events.h"
#include "model/pairs.h"
#include "model/table.h"
#include "report/mapping.h"
#include "report/schema_store.h"
#include "report/xarf.h"

/* Immutable once read. */
typedef struct MgReportForm MgReportForm;
struct MgReportForm {
    MgMappingTarget kind;
    MgMapping *mapping; /* (nullable): the one that is shipped */
    gboolean is_signed;
    /* Events that are not expressible are left to the next format; else they fail the group. */
    gboolean passes;
};

void mg_report_form_free(MgReportForm *form);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgReportForm, mg_report_form_free)

/* What a site's reports have in common. Nothing in it is owned. */
typedef struct {
    MgXarfReporter reporter; /* XARF 4; its texts NULL where the configuration has none */
    gboolean signs;          /* whether it signs at all */
    const gchar *database;   /* its name: report ids of XARF 4 are derived from it */
    const gchar *address;    /* (nullable): X-ARF 0.2: whom it is reported from */
    const gchar *domain;     /* (nullable): X-ARF 0.2: of report ids */
    MgSchemaStore *schemas;  /* X-ARF 0.2 */
} MgReportFormSite;

/* The program, as reports name it. Static. */
const gchar *mg_report_form_user_agent(void);

/* Whether the site has all that such reports need, a key where they are to be signed.
 * MG_ERROR_SETUP saying what it lacks. */
gboolean mg_report_form_check(const MgReportForm *form, const MgReportFormSite *site,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The fields of events that are looked at, with those of the table, each once; NULL-terminated.
 * (transfer full) */
gchar **mg_report_form_fields(const MgReportForm *form, const MgTable *table);

/* Every name that mg_report_form_make() gives, with an empty text: for a look at a template
 * alone. */
void mg_report_form_name_all(MgPairs *names);

/* Whether the event in `row` can be one; MG_ERROR_GROUP as the next. */
gboolean mg_report_form_can_express(const MgReportForm *form, const MgReportFormSite *site,
                                    const MgEvents *events, gsize row,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The report about the event in `row`, whose columns of `table` are its evidence. `names` receives
 * for the template report_id, report_category, report_type, source_identifier, report_time.
 * MG_ERROR_GROUP naming the event that cannot be expressed, and what each kind of report lacked.
 * (transfer full) */
MgDraftReport *mg_report_form_make(const MgReportForm *form, const MgReportFormSite *site,
                                   const MgEvents *events, gsize row, const MgTable *table,
                                   const gchar *ticket, MgPairs *names,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
