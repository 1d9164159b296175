/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "base/log_syslog.h"

#include <syslog.h>

static void test_priorities(void)
{
    static const struct {
        gint level;
        gint priority;
    } cases[] = {
        {MG_LOG_DEBUG, LOG_DEBUG},        {MG_LOG_INFO, LOG_INFO},
        {MG_LOG_WARNING, LOG_WARNING},    {MG_LOG_ERROR, LOG_ERR},
        {MG_LOG_CRITICAL, LOG_CRIT},      {MG_LOG_INFO + 5, LOG_NOTICE}, /* as Python allows */
        {MG_LOG_CRITICAL + 10, LOG_CRIT},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
        g_assert_cmpint(mg_log_syslog_priority((MgLogLevel)cases[i].level), ==, cases[i].priority);
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/log-syslog/priorities", test_priorities);
    return g_test_run();
}
