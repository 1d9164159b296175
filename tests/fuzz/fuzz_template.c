/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Any bytes as a template file: it parses or says why not; what it expands to holds no more than
 * the text and the values, and a failure always names its origin. */
#include "base/error.h"
#include "render/template.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(MgTemplate) template = mg_template_parse("t", (const gchar *)data, size, &error);
    g_autoptr(MgPairs) names = mg_pairs_new();
    g_autofree gchar *subject = NULL;
    g_autofree gchar *body = NULL;

    mg_pairs_set(names, "a", "${b}$");
    mg_pairs_set(names, "a.b", NULL);
    if (template != NULL) {
        g_assert(*mg_template_subject(template) != '\0');
        g_assert(strpbrk(mg_template_subject(template), "\r\n") == NULL);
        g_assert(g_str_has_suffix(mg_template_body(template), "\n"));
        if (mg_template_expand(template, names, &subject, &body, &error)) {
            g_assert(g_utf8_validate(subject, -1, NULL) && g_utf8_validate(body, -1, NULL));
            return 0;
        }
        g_assert(subject == NULL && body == NULL);
    }
    g_assert(g_error_matches(error, MG_ERROR, MG_ERROR_GROUP));
    g_assert(g_str_has_prefix(error->message, "t: ") && g_utf8_validate(error->message, -1, NULL));
    return 0;
}
