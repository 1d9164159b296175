/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "openpgp/agent.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#define ANSWER_SECONDS 5
#define END_MS 2000

static int connect_to(const gchar *home)
{
    g_autofree gchar *path = g_build_filename(home, "S.gpg-agent", NULL);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const struct timeval limit = {.tv_sec = ANSWER_SECONDS};
    int fd;

    if (g_strlcpy(address.sun_path, path, sizeof address.sun_path) >= sizeof address.sun_path)
        return -1;
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
        return fd;
    close(fd);
    return -1;
}

/* One line of the Assuan protocol, without its end; FALSE at the end of the connection. */
static gboolean read_line(int fd, gchar *line, gsize size)
{
    gsize length = 0;
    gchar character;

    while (read(fd, &character, 1) == 1) {
        if (character == '\n') {
            line[length] = '\0';
            return TRUE;
        }
        if (length + 1 < size)
            line[length++] = character;
    }
    return FALSE;
}

/* The credentials of the socket would name the process that gpg had started, which is gone: an
 * agent binds its socket before it goes to the background. So the agent itself is asked. */
GPid mg_agent_pid(const gchar *home)
{
    static const gchar question[] = "GETINFO pid\n";
    gchar line[64];
    gint64 pid = 0;
    int fd = connect_to(home);

    if (fd < 0)
        return 0;
    if (read_line(fd, line, sizeof line) && g_str_has_prefix(line, "OK") &&
        send(fd, question, sizeof question - 1, MSG_NOSIGNAL) == sizeof question - 1 &&
        read_line(fd, line, sizeof line) && g_str_has_prefix(line, "D "))
        pid = g_ascii_strtoll(line + 2, NULL, 10);
    close(fd);
    return pid > 1 && pid <= G_MAXINT ? (GPid)pid : 0;
}

static gboolean is_gone(int pidfd, int timeout_ms)
{
    struct pollfd wait_for = {.fd = pidfd, .events = POLLIN};
    int ready;

    do
        ready = poll(&wait_for, 1, timeout_ms);
    while (ready < 0 && errno == EINTR);
    return ready != 0;
}

void mg_agent_end(const gchar *home)
{
    GPid pid = mg_agent_pid(home);
    int pidfd = pid != 0 ? pidfd_open(pid, 0) : -1;

    /* Without a pidfd (old kernel, sandbox) the agent still ends when its home directory vanishes.
     */
    if (pidfd < 0)
        return;
    /* Asked once more: the process that the pidfd stands for is the agent and no later one. */
    if (mg_agent_pid(home) == pid) {
        pidfd_send_signal(pidfd, SIGTERM, NULL, 0);
        if (!is_gone(pidfd, END_MS)) {
            pidfd_send_signal(pidfd, SIGKILL, NULL, 0);
            is_gone(pidfd, END_MS);
        }
    }
    close(pidfd);
}
