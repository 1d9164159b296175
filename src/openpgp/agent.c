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

MgAgent *mg_agent_new(const gchar *home, const gchar *shown_home)
{
    MgAgent *agent = g_new0(MgAgent, 1);

    agent->home = g_strdup(home);
    agent->shown_home = g_strdup(shown_home);
    g_mutex_init(&agent->starting);
    return agent;
}

void mg_agent_free(MgAgent *agent)
{
    if (agent == NULL)
        return;
    g_mutex_clear(&agent->starting);
    g_free(agent->home);
    g_free(agent->shown_home);
    g_free(agent);
}

/* gpg keeps sockets in /run/user/UID/gnupg/d.HASH where /run/user/UID exists, else in the home
 * directory; only gpgconf knows. */
static gchar *socket_of(const gchar *home)
{
    const gchar *line[] = {"gpgconf", "--homedir", home, "--list-dirs", "agent-socket", NULL};
    g_autofree gchar *output = NULL;
    gint status = -1;

    if (g_spawn_sync(NULL, (gchar **)line, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_STDERR_TO_DEV_NULL,
                     NULL, NULL, &output, NULL, &status, NULL) &&
        status == 0 && *output == '/')
        return g_uri_unescape_string(g_strchomp(output), NULL);
    return g_build_filename(home, "S.gpg-agent", NULL);
}

static int connect_to(const gchar *path)
{
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
static GPid ask_pid(const gchar *path)
{
    static const gchar question[] = "GETINFO pid\n";
    gchar line[64];
    gint64 pid = 0;
    int fd = connect_to(path);

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

static void end_process(const gchar *path)
{
    GPid pid = ask_pid(path);
    int pidfd = pid != 0 ? pidfd_open(pid, 0) : -1;

    /* Without a pidfd (old kernel, sandbox) the agent still ends when its home directory vanishes.
     */
    if (pidfd < 0)
        return;
    /* Asked once more: the process that the pidfd stands for is the agent and no later one. */
    if (ask_pid(path) == pid) {
        pidfd_send_signal(pidfd, SIGTERM, NULL, 0);
        if (!is_gone(pidfd, END_MS)) {
            pidfd_send_signal(pidfd, SIGKILL, NULL, 0);
            is_gone(pidfd, END_MS);
        }
    }
    close(pidfd);
}

/* The directory that gpg has made for the sockets of this home alone. */
static void remove_socket_directory(const gchar *path)
{
    static const gchar *const names[] = {"S.gpg-agent", "S.gpg-agent.ssh", "S.gpg-agent.extra",
                                         "S.gpg-agent.browser"};
    g_autofree gchar *directory = g_path_get_dirname(path);

    if (strstr(directory, "/gnupg/d.") == NULL)
        return;
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree gchar *socket_path = g_build_filename(directory, names[i], NULL);

        unlink(socket_path);
    }
    rmdir(directory);
}

void mg_agent_end(const gchar *home)
{
    g_autofree gchar *path = socket_of(home);

    end_process(path);
    remove_socket_directory(path);
}

GPid mg_agent_pid(const gchar *home)
{
    g_autofree gchar *path = socket_of(home);

    return ask_pid(path);
}
