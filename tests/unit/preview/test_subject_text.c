/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "preview/subject_text.h"

static void test_shorten(void)
{
    static const struct {
        const gchar *subjects; /* separated by | */
        const gchar *expected;
    } cases[] = {
        {"", ""},
        {"short|another", "short|another"},
        /* Nothing like it: the end goes. */
        {"one that is much too long for the list", "one that is much to…"},
        {"aaaa bbbb cccc dddd eeee|zzzz", "aaaa bbbb cccc dddd…|zzzz"},
        /* What differs is seen anyway. */
        {"CERT 1 a long subject of words|CERT 2 a long subject of words",
         "CERT 1 a long subje…|CERT 2 a long subje…"},
        /* What differs would be cut off. */
        {"[CERT #NNNN] Open SNMP in AS1|[CERT #NNNN] Open SNMP in AS2",
         "[CERT #NNNN] Ope…AS1|[CERT #NNNN] Ope…AS2"},
        {"[CERT #NNNN] Reports of networks a.example|[CERT #NNNN] Reports of networks b.example",
         "[CERT #NNN…a.example|[CERT #NNN…b.example"},
        {"[CERT #NNNN] Open SNMP in the network|[CERT #NNNN] Open SNMP in the network of yours too",
         "[CERT #NNNN]…network|[CERT #NNN…network …"},
        /* The same twice is no difference. */
        {"one that is much too long for the list|one that is much too long for the list",
         "one that is much to…|one that is much to…"},
        {"[CERT #NNNN] Überprüfen Sie Größe|[CERT #NNNN] Überprüfen Sie Grüße",
         "[CERT #NNNN] Ü…Größe|[CERT #NNNN] Ü…Grüße"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(GStrv) subjects = g_strsplit(cases[i].subjects, "|", -1);
        g_auto(GStrv) short_ones = mg_subject_text_shorten(subjects, 20);
        g_autofree gchar *joined = g_strjoinv("|", short_ones);
        for (gchar **one = short_ones; *one != NULL; one++)
            g_assert_cmpint(g_utf8_strlen(*one, -1), <=, 20);
        g_assert_cmpstr(joined, ==, cases[i].expected);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/subject_text/shorten", test_shorten);
    return g_test_run();
}
