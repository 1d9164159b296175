/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "openpgp/key_holder.h"

#include "base/error.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROGRAM "intelmqcbmail-keyholder"
#define END_MS 2000

/* Above the numbers that the process is given. */
#define LOWEST_FD 16

struct MgKeyHolder {
    gchar *path;
    struct stat file;
    GPid pid;
    MgAssuan *assuan;
};

/* In a tree that was built but not installed it stands in a folder beside this library. */
static gchar *find_program(void)
{
    Dl_info info;
    g_autofree gchar *directory = NULL;
    g_autofree gchar *built = NULL;

    if (dladdr((const void *)mg_key_holder_new, &info) != 0 && info.dli_fname != NULL) {
        directory = g_path_get_dirname(info.dli_fname);
        built = g_build_filename(directory, "keyholder", PROGRAM, NULL);
        if (g_file_test(built, G_FILE_TEST_IS_EXECUTABLE))
            return g_steal_pointer(&built);
    }
    return g_build_filename(MG_LIBEXEC_DIR, PROGRAM, NULL);
}

/* A process group of its own, no environment, and no other descriptor. */
static int spawn(const gchar *program, const gchar *keygrip, int socket, int key, GPid *pid)
{
    const gchar *line[] = {program, keygrip, NULL};
    const gchar *environment[] = {NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t signals;
    int failure;

    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, socket, 0);
    posix_spawn_file_actions_adddup2(&actions, key, 1);
    posix_spawn_file_actions_addclosefrom_np(&actions, 2);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
    posix_spawnattr_setpgroup(&attributes, 0);
    sigemptyset(&signals);
    posix_spawnattr_setsigmask(&attributes, &signals);
    failure =
        posix_spawn(pid, program, &actions, &attributes, (gchar **)line, (gchar **)environment);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return failure;
}

static int move_up(int fd)
{
    int moved = fcntl(fd, F_DUPFD_CLOEXEC, LOWEST_FD);

    close(fd);
    return moved;
}

/* The socket's own end; -1 on failure. */
static int start_process(MgKeyHolder *holder, const gchar *keygrip, int key, GError **error)
{
    g_autofree gchar *program = find_program();
    int ends[2];
    int theirs;
    int failure;

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
        g_set_error(error, MG_ERROR, MG_ERROR_GROUP, "no socket: %s", g_strerror(errno));
        return -1;
    }
    theirs = move_up(ends[1]);
    failure = theirs >= 0 ? spawn(program, keygrip, theirs, key, &holder->pid) : errno;
    if (theirs >= 0)
        close(theirs);
    if (failure == 0)
        return ends[0];
    close(ends[0]);
    holder->pid = 0;
    g_set_error(error, MG_ERROR, MG_ERROR_GROUP, "%s cannot be started: %s", program,
                g_strerror(failure));
    return -1;
}

static gboolean open_key(MgKeyHolder *holder, const gchar *keygrip, GError **error)
{
    int key = open(holder->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    int moved = key >= 0 ? move_up(key) : -1;
    int fd;

    if (moved < 0 || fstat(moved, &holder->file) != 0 || !S_ISREG(holder->file.st_mode)) {
        g_set_error(error, MG_ERROR, MG_ERROR_GROUP, "its file cannot be read: %s",
                    moved < 0 ? g_strerror(errno) : "it is none");
        if (moved >= 0)
            close(moved);
        return FALSE;
    }
    fd = start_process(holder, keygrip, moved, error);
    close(moved);
    if (fd < 0)
        return FALSE;
    holder->assuan = mg_assuan_new(fd, error);
    return holder->assuan != NULL;
}

MgKeyHolder *mg_key_holder_new(const gchar *path, const gchar *keygrip, GError **error)
{
    g_autoptr(MgKeyHolder) holder = g_new0(MgKeyHolder, 1);

    holder->path = g_strdup(path);
    return open_key(holder, keygrip, error) ? g_steal_pointer(&holder) : NULL;
}

/* It ends at the end of its socket; what cannot be waited for by descriptor is just waited for. */
static void end_process(GPid pid)
{
    struct pollfd wait_for = {.fd = pidfd_open(pid, 0), .events = POLLIN};
    int ready = 1;

    if (wait_for.fd >= 0) {
        do
            ready = poll(&wait_for, 1, END_MS);
        while (ready < 0 && errno == EINTR);
        if (ready == 0)
            pidfd_send_signal(wait_for.fd, SIGKILL, NULL, 0);
        close(wait_for.fd);
    }
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        continue;
}

void mg_key_holder_free(MgKeyHolder *holder)
{
    if (holder == NULL)
        return;
    mg_assuan_free(holder->assuan);
    if (holder->pid > 0)
        end_process(holder->pid);
    g_free(holder->path);
    g_free(holder);
}

MgAssuan *mg_key_holder_assuan(MgKeyHolder *holder)
{
    return holder->assuan;
}

gboolean mg_key_holder_is_current(const MgKeyHolder *holder)
{
    struct stat now;

    return stat(holder->path, &now) == 0 && now.st_dev == holder->file.st_dev &&
           now.st_ino == holder->file.st_ino && now.st_size == holder->file.st_size &&
           now.st_mtim.tv_sec == holder->file.st_mtim.tv_sec &&
           now.st_mtim.tv_nsec == holder->file.st_mtim.tv_nsec;
}

GPid mg_key_holder_pid(const MgKeyHolder *holder)
{
    return holder->pid;
}
