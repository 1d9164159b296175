/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "smtp/turn.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#define ANSWER "421 closing\r\n"
#define ENDINGS 300 /* enough to meet the moment between state and count each time */

typedef struct {
    gint ours, theirs;
} Connection;

static Connection connection_new(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t length = sizeof address;
    gint listener = socket(AF_INET, SOCK_STREAM, 0);
    Connection connection = {.ours = socket(AF_INET, SOCK_STREAM, 0)};

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    g_assert_cmpint(bind(listener, (struct sockaddr *)&address, sizeof address), ==, 0);
    g_assert_cmpint(listen(listener, 1), ==, 0);
    g_assert_cmpint(getsockname(listener, (struct sockaddr *)&address, &length), ==, 0);
    g_assert_cmpint(connect(connection.ours, (struct sockaddr *)&address, length), ==, 0);
    connection.theirs = accept(listener, NULL, NULL);
    g_assert_cmpint(connection.theirs, >=, 0);
    close(listener);
    return connection;
}

static void answer(const Connection *connection)
{
    g_assert_cmpint(write(connection->theirs, ANSWER, strlen(ANSWER)), ==, strlen(ANSWER));
}

static void hear(const Connection *connection, MgTurn *turn)
{
    gchar text[sizeof ANSWER] = "";

    g_assert_cmpint(recv(connection->ours, text, strlen(ANSWER), MSG_WAITALL), ==, strlen(ANSWER));
    mg_turn_hear(turn, strlen(ANSWER));
}

static gpointer end(gpointer data)
{
    const Connection *connection = data;

    close(connection->theirs);
    return NULL;
}

static void test_answers(void)
{
    Connection connection = connection_new();
    MgTurn turn;

    mg_turn_begin(&turn);
    g_assert_false(mg_turn_is_silent(&turn, connection.ours));
    g_assert_true(mg_turn_pass(&turn, connection.ours, FALSE));
    g_assert_true(mg_turn_is_silent(&turn, connection.ours));

    answer(&connection);
    hear(&connection, &turn);
    g_assert_false(mg_turn_is_silent(&turn, connection.ours));
    g_assert_true(mg_turn_pass(&turn, connection.ours, FALSE));

    answer(&connection);
    g_assert_true(mg_turn_pass(&turn, connection.ours, TRUE));
    g_assert_false(mg_turn_pass(&turn, connection.ours, FALSE));
    end(&connection);
    close(connection.ours);
}

static void test_no_socket(void)
{
    MgTurn turn;

    mg_turn_begin(&turn);
    g_assert_true(mg_turn_pass(&turn, -1, FALSE));
    g_assert_false(mg_turn_is_silent(&turn, -1));
}

/* The end of the connection says nothing, whenever it comes. */
static void test_end(void)
{
    for (guint i = 0; i < ENDINGS; i++) {
        Connection connection = connection_new();
        MgTurn turn;
        gchar byte = 0;

        mg_turn_begin(&turn);
        answer(&connection);
        hear(&connection, &turn);
        g_assert_true(mg_turn_pass(&turn, connection.ours, FALSE));

        GThread *thread = g_thread_new("end", end, &connection);
        while (recv(connection.ours, &byte, 1, MSG_PEEK | MSG_DONTWAIT) != 0) {
            g_assert_true(mg_turn_is_silent(&turn, connection.ours));
            g_assert_true(mg_turn_pass(&turn, connection.ours, FALSE));
        }
        g_assert_true(mg_turn_pass(&turn, connection.ours, FALSE));
        g_thread_join(thread);
        close(connection.ours);
    }
}

/* Nor does the reset that answers what was sent after it. */
static void test_reset_behind_the_end(void)
{
    Connection connection = connection_new();
    struct pollfd reset = {.fd = connection.ours};
    MgTurn turn;
    gchar byte = 0;

    mg_turn_begin(&turn);
    answer(&connection);
    hear(&connection, &turn);
    g_assert_true(mg_turn_pass(&turn, connection.ours, FALSE));
    end(&connection);
    g_assert_cmpint(recv(connection.ours, &byte, 1, 0), ==, 0);
    g_assert_cmpint(send(connection.ours, "text", 4, MSG_NOSIGNAL), ==, 4);
    g_assert_cmpint(poll(&reset, 1, 10000), ==, 1);
    g_assert_true(mg_turn_is_silent(&turn, connection.ours));
    g_assert_true(mg_turn_pass(&turn, connection.ours, FALSE));
    close(connection.ours);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/turn/answers", test_answers);
    g_test_add_func("/turn/no_socket", test_no_socket);
    g_test_add_func("/turn/end", test_end);
    g_test_add_func("/turn/reset_behind_the_end", test_reset_behind_the_end);
    return g_test_run();
}
