/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "preview/preview_mail.h"

#include "sample.h"

#define TAME "</script><!--<script>\\x1b[2J\\u202e\\u2028"

static void test_mail(void)
{
    g_autoptr(MgPreview) preview = sample_preview();
    g_autofree gchar *text = mg_preview_mail_text(g_ptr_array_index(preview->mails, 0));

    g_assert_cmpstr(text, ==,
                    "Envelope to: abuse@isp.example\nFrom: noreply@cert.example\n"
                    "To: abuse@isp.example\nSubject: Report\n\nDear " TAME ",\n"
                    "asn    ip\n-----  ---------\n64496  192.0.2.1\nbye\n"
                    "\n--- e.csv (text/csv, 40 B)\n"
                    "a  b\n-  ----------------------------------------\n1  " TAME "\n");
}

static void test_by_script(void)
{
    g_autoptr(MgPreview) preview = sample_preview();
    g_autofree gchar *text = mg_preview_mail_text(g_ptr_array_index(preview->mails, 1));

    g_assert_true(g_str_has_prefix(text, "The format script sends this mail"));
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/preview_mail/mail", test_mail);
    g_test_add_func("/preview_mail/by script", test_by_script);
    return g_test_run();
}
