/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * golden_report_mail KIND: reads the text, the report and the evidence, each ended by NUL; writes
 * the content of the mail. For golden_report_mail.py.
 */
#include "mime/report_mail.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static GBytes *make(const gchar *kind, const gchar *text, const gchar *report,
                    const gchar *evidence)
{
    g_autoptr(GBytes) bytes = g_bytes_new(evidence, strlen(evidence));
    g_autoptr(GBytes) plain = NULL;

    if (g_str_equal(kind, "xarf"))
        return mg_report_mail_xarf(text, "test/1", report, NULL);
    plain = mg_report_mail_plain(text, report, bytes, "text/csv", NULL);
    g_assert_nonnull(plain);
    return g_str_equal(kind, "secure") ? mg_report_mail_wrapped(plain) : g_bytes_ref(plain);
}

int main(int argc, char *argv[])
{
    g_autoptr(GString) input = g_string_new(NULL);
    g_autoptr(GBytes) content = NULL;
    const gchar *report;
    gsize size;
    gconstpointer bytes;

    g_assert(argc == 2);
    for (int character = getchar(); character != EOF; character = getchar())
        g_string_append_c(input, (gchar)character);
    report = input->str + strlen(input->str) + 1;
    content = make(argv[1], input->str, report, report + strlen(report) + 1);
    g_assert_nonnull(content);
    bytes = g_bytes_get_data(content, &size);
    fwrite(bytes, 1, size, stdout);
    return EXIT_SUCCESS;
}
