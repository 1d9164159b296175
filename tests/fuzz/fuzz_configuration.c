/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * The configuration of a site from any bytes: up to a NUL the system's file, behind it the user's.
 * What was read must read again as the same.
 */
#include "config/configuration.h"
#include "config/sources.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* NULL where it is no object of JSON. */
static gchar *read_and_print(const gchar *text, gsize length)
{
    g_autoptr(MgProblems) problems = mg_problems_new();
    g_autoptr(MgSources) sources = mg_sources_new();

    mg_sources_add(sources, "fuzz", text, length, problems);
    g_assert_true((mg_sources_root(sources) == NULL) == (problems->errors->len > 0));
    return problems->errors->len > 0 ? NULL : mg_sources_print(mg_sources_root(sources));
}

static void check_round_trip(const gchar *text, gsize length)
{
    g_autofree gchar *printed = read_and_print(text, length);
    g_autofree gchar *printed_again = NULL;

    if (printed == NULL)
        return;
    printed_again = read_and_print(printed, strlen(printed));
    g_assert_cmpstr(printed, ==, printed_again);
}

static void check_load(const MgConfigurationText *texts, gsize n_texts)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(MgSettings) settings = mg_configuration_load_texts(texts, n_texts, &error);

    g_assert_true((settings == NULL) == (error != NULL));
    g_assert_true(error == NULL || g_utf8_validate(error->message, -1, NULL));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const gchar *text = (const gchar *)data;
    const gchar *end = size == 0 ? NULL : memchr(text, '\0', size);
    gsize length = end == NULL ? size : (gsize)(end - text);
    gsize rest = end == NULL ? 0 : size - length - 1;
    const MgConfigurationText texts[] = {
        {"system", text, length},
        {"user", text + size - rest, rest},
    };

    check_round_trip(text, size);
    check_round_trip(text, length);
    check_load(texts, 1);
    if (end != NULL)
        check_load(texts, 2);
    return 0;
}
