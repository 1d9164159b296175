/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "openpgp/assuan.h"

#include "base/error.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const struct {
    const gchar *greeting;
    const gchar *commands;
    gboolean with_status;
    const gchar *answer;
    const gchar *data;  /* NULL: fails */
    const gchar *words; /* of the error */
} talks[] = {
    {"OK\n", "PKSIGN", FALSE, "D abc\nOK\n", "abc", NULL},
    {"OK Pleased to meet you\n", "PKSIGN", FALSE, "OK\n", "", NULL},
    {"# hello\nOK\n", "PKSIGN", FALSE, "# comment\nS PROGRESS x\nD abc\nD def\nOK done\n", "abcdef",
     NULL},
    {"OK\n", "KEYINFO x", TRUE, "S KEYINFO x D\nOK\n", "KEYINFO x D", NULL},
    {"OK\n", "A\nB\nC", FALSE, "OK\nOK\nD x%0A%0d%25%zz%4\nOK\n", "x\n\r%%zz%4", NULL},
    {"OK\n", "A\nB\nC", FALSE, "OK\nERR 17 No secret key\n", NULL, "'ERR 17 No secret key'"},
    {"OK\n", "A\nB", FALSE, "OK\n", NULL, "it has ended"},
    {"OK\n", "A", FALSE, "INQUIRE PASSPHRASE\n", NULL, "'INQUIRE PASSPHRASE'"},
    {"OK\n", "A", FALSE, "D abc", NULL, "it has ended"},
    {"ERR 1 it is on a card\n", NULL, FALSE, NULL, NULL, "'ERR 1 it is on a card'"},
    {"", NULL, FALSE, NULL, NULL, "it has ended"},
};

static MgAssuan *connect_pair(int *other, const gchar *greeting, GError **error)
{
    int ends[2];
    MgAssuan *assuan;

    g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), ==, 0);
    *other = ends[1];
    g_assert_cmpint(write(*other, greeting, strlen(greeting)), ==, (gssize)strlen(greeting));
    if (!g_str_has_prefix(greeting, "OK") && !g_str_has_prefix(greeting, "#"))
        shutdown(*other, SHUT_WR);
    assuan = mg_assuan_new(ends[0], error);
    return assuan;
}

static void test_talks(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(talks); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GBytes) data = NULL;
        int other;
        g_autoptr(MgAssuan) assuan = connect_pair(&other, talks[i].greeting, &error);

        if (talks[i].answer != NULL) {
            g_assert_no_error(error);
            g_assert_cmpint(write(other, talks[i].answer, strlen(talks[i].answer)), >, 0);
            shutdown(other, SHUT_WR);
            data = mg_assuan_ask(assuan, talks[i].commands, talks[i].with_status, &error);
        }
        close(other);
        if (talks[i].data != NULL) {
            g_assert_no_error(error);
            g_assert_cmpmem(g_bytes_get_data(data, NULL), g_bytes_get_size(data), talks[i].data,
                            strlen(talks[i].data));
        } else {
            g_assert_null(data);
            g_assert_error(error, MG_ERROR, MG_ERROR_GROUP);
            g_assert_nonnull(strstr(error->message, talks[i].words));
        }
    }
}

/* What came unasked is never taken for an answer. */
static void test_unasked(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) data = NULL;
    int other;
    g_autoptr(MgAssuan) assuan = connect_pair(&other, "OK\nD forged\nOK\n", &error);

    g_assert_no_error(error);
    data = mg_assuan_ask(assuan, "PKSIGN", FALSE, &error);
    close(other);
    g_assert_null(data);
    g_assert_error(error, MG_ERROR, MG_ERROR_GROUP);
}

static void test_endless(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree gchar *line = g_strnfill(150000, 'x');
    int other;
    g_autoptr(MgAssuan) assuan = connect_pair(&other, "OK\n", &error);
    g_autoptr(GBytes) data = NULL;

    g_assert_cmpint(send(other, line, strlen(line), MSG_DONTWAIT), >, 70000);
    data = mg_assuan_ask(assuan, "PKSIGN", FALSE, &error);
    close(other);
    g_assert_null(data);
    g_assert_nonnull(strstr(error->message, "its answer has no end"));
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/assuan/talks", test_talks);
    g_test_add_func("/assuan/unasked", test_unasked);
    g_test_add_func("/assuan/endless", test_endless);
    return g_test_run();
}
