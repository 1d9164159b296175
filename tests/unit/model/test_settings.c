/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "model/settings.h"

static void test_loopback(void)
{
    static const struct {
        const gchar *host;
        gboolean is_loopback;
    } cases[] = {
        {"localhost", TRUE},
        {"LocalHost", TRUE},
        {"127.0.0.1", TRUE},
        {"127.255.255.254", TRUE},
        {"::1", TRUE},
        {"0:0:0:0:0:0:0:1", TRUE},
        {"", FALSE},
        {"localhost.localdomain", FALSE},
        {"localhost.example", FALSE},
        {"128.0.0.1", FALSE},
        {"127.1", FALSE}, /* means 127.0.0.1 to some: TLS is then asked for, which does no harm */
        {"0.0.0.0", FALSE},
        {"::", FALSE},
        {"::2", FALSE},
        {"mail.example", FALSE},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_test_message("%s", cases[i].host);
        g_assert_cmpint(mg_settings_is_loopback(cases[i].host), ==, cases[i].is_loopback);
    }
}

static void test_new(void)
{
    g_autoptr(MgSettings) settings = mg_settings_new();

    g_assert_cmpuint(mg_pairs_count(settings->headers), ==, 0);
    g_assert_cmpuint(g_strv_length(settings->warnings), ==, 0);
    settings->smtp.password = g_strdup("secret");
    settings->merged_json = g_strdup("{\"smtp\": {\"password\": \"secret\"}}");
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/settings/loopback", test_loopback);
    g_test_add_func("/settings/new", test_new);
    return g_test_run();
}
