/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "openpgp/agent.h"

#include "base/error.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

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

static MgAssuan *connect_to(const gchar *path, GError **error)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = -1;

    if (g_strlcpy(address.sun_path, path, sizeof address.sun_path) < sizeof address.sun_path)
        fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
        return mg_assuan_new(fd, error);
    g_set_error(error, MG_ERROR, MG_ERROR_GROUP, "it cannot be reached: %s", g_strerror(errno));
    if (fd >= 0)
        close(fd);
    return NULL;
}

MgAssuan *mg_agent_connect(const gchar *home, GError **error)
{
    g_autofree gchar *path = socket_of(home);

    return connect_to(path, error);
}

/* The credentials of the socket would name the process that gpg had started, which is gone: an
 * agent binds its socket before it goes to the background. So the agent itself is asked. */
static GPid ask_pid(const gchar *path)
{
    g_autoptr(MgAssuan) assuan = connect_to(path, NULL);
    g_autoptr(GBytes) answer =
        assuan != NULL ? mg_assuan_ask(assuan, "GETINFO pid", FALSE, NULL) : NULL;
    gsize size = 0;
    const gchar *bytes = answer != NULL ? g_bytes_get_data(answer, &size) : NULL;
    g_autofree gchar *text = g_strndup(bytes != NULL ? bytes : "", size);
    gint64 pid = g_ascii_strtoll(text, NULL, 10);

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

    /* Without a pidfd (old kernel, sandbox) the agent still ends when its home directory
     * vanishes. */
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
