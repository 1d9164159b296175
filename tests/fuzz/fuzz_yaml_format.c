/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * A format file of any bytes is loaded; where it loads, it decides on groups. Nothing may crash,
 * read out of bounds, leak, or take long.
 */
#include "base/error.h"
#include "formats/yaml_format.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
const char *__lsan_default_suppressions(void);

/* libfyaml 0.7 loses 2 kB for a quoted text of many pieces, such as a dozen quotes. That our code
 * gives back all it takes from the library is what the unit tests show under the sanitizers. */
const char *__lsan_default_suppressions(void)
{
    return "leak:libfyaml.so";
}

static MgGroup *make_group(const gchar *event_data_format, const gchar *observed)
{
    MgGroup *group = mg_group_new();

    group->recipient_address = g_strdup("abuse@isp.example");
    group->template_name = g_strdup("template");
    group->notification_format = g_strdup("shadowserver");
    group->event_data_format = g_strdup(event_data_format);
    group->inserted_at = 1795748400 * (gint64)G_USEC_PER_SEC;
    group->last_sent = group->inserted_at;
    group->notification_interval = 86400 * (gint64)G_USEC_PER_SEC;
    mg_pairs_set(group->aggregate, "source.asn", "64496");
    mg_pairs_set(group->aggregate, "time.observation", observed);
    mg_pairs_set(group->aggregate, "recipient_group", NULL);
    return group;
}

static void ask(MgFormat *format, const gchar *event_data_format, const gchar *observed)
{
    g_autoptr(MgGroup) group = make_group(event_data_format, observed);
    g_autoptr(GError) error = NULL;
    const MgQuestion question = {.group = group, .now = group->inserted_at + G_USEC_PER_SEC};
    g_autoptr(MgDecision) decision = mg_format_decide(format, &question, &error);

    g_assert((decision == NULL) == (error != NULL));
    g_assert(error == NULL || g_error_matches(error, MG_ERROR, MG_ERROR_GROUP));
    if (decision == NULL || decision->answer != MG_ANSWER_REQUEST)
        return;
    g_assert(decision->request->table != NULL && decision->request->table->n_columns > 0);
    g_assert((decision->request->subject == NULL) == (decision->request->body == NULL));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(MgYamlScope) scope = mg_yaml_scope_new();
    g_autoptr(GError) error = NULL;
    g_autoptr(MgFormat) format = NULL;

    format = mg_yaml_format_load_text("10-fuzz.yaml", (const gchar *)data, size, scope, &error);
    g_assert((format == NULL) == (error != NULL));
    g_assert(error == NULL || g_error_matches(error, MG_ERROR, MG_ERROR_SETUP));
    g_assert(error == NULL || g_utf8_validate(error->message, -1, NULL));
    if (format == NULL)
        return 0;
    ask(format, "csv_Open-SNMP", "2026-11-20T03:00:00+00:00");
    ask(format, "other", "none");
    return 0;
}
