/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "openpgp/private_root.h"

#include "base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define PREFIX "intelmqcbmail-"
#define LONGEST_BELOW "/" PREFIX "XXXXXX/9999/S.gpg-agent.browser"

/* A directory younger than this may not be locked yet by the process that makes it. */
#define STALE_SECONDS 60

typedef struct {
    GPid pid;
    int pipe; /* the guard waits for its end; -1: none runs */
} Guard;

struct MgPrivateRoot {
    gchar *path;
    int lock_fd; /* on the directory itself; tells later runs that it is in use */
    Guard guard;
};

/* gpgconf also finds sockets that are not in the home directory; an agent that it does not reach
 * ends by itself when its home directory is gone. */
static const gchar cleaning[] = "trap '' HUP INT QUIT TERM\n"
                                "read -r end\n"
                                "for home in \"$1\"/*; do\n"
                                "    [ -d \"$home\" ] || continue\n"
                                "    gpgconf --homedir \"$home\" --kill gpg-agent\n"
                                "    gpgconf --homedir \"$home\" --remove-socketdir\n"
                                "done\n"
                                "rm -rf -- \"$1\"\n";

/* A process of its own, because one that is killed cannot clean up after itself. It is started as a
 * fresh program with an empty environment, so that it holds no copy of our memory, and does not
 * heed the signals that a terminal or service manager sends to all of us: it outlives us by a
 * moment. */
static gboolean guard_start(Guard *guard, const gchar *path, GError **error)
{
    const gchar *arguments[] = {"/bin/sh", "-c", cleaning, "intelmqcbmail-guard", path, NULL};
    const gchar *environment[] = {"PATH=/usr/bin:/bin", "LC_ALL=C", NULL};
    g_autoptr(GError) cause = NULL;

    if (g_spawn_async_with_pipes("/", (gchar **)arguments, (gchar **)environment,
                                 G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_CLOEXEC_PIPES |
                                     G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL,
                                 NULL, NULL, &guard->pid, &guard->pipe, NULL, NULL, &cause))
        return TRUE;
    guard->pipe = -1;
    g_set_error(error, MG_ERROR, MG_ERROR_RUN, "the guard of %s cannot be started: %s", path,
                cause->message);
    return FALSE;
}

/* Lets the guard clean up and waits until it has. */
static void guard_end(Guard *guard)
{
    if (guard->pipe < 0)
        return;
    close(guard->pipe);
    while (waitpid(guard->pid, NULL, 0) < 0 && errno == EINTR)
        continue;
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *place)
{
    remove(path);
    return 0;
}

/* Symbolic links (the site's keys) are removed, never followed. */
static void remove_tree(const gchar *path)
{
    nftw(path, remove_entry, 8, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

static int lock_directory(const gchar *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

static gboolean is_stale(const gchar *path)
{
    struct stat status;

    return lstat(path, &status) == 0 && S_ISDIR(status.st_mode) && status.st_uid == geteuid() &&
           (status.st_mode & 07777) == 0700 && status.st_mtime + STALE_SECONDS < time(NULL);
}

static void remove_stale(const gchar *parent)
{
    GDir *directory = g_dir_open(parent, 0, NULL);
    const gchar *name;

    if (directory == NULL)
        return;
    while ((name = g_dir_read_name(directory)) != NULL) {
        g_autofree gchar *path = g_build_filename(parent, name, NULL);
        Guard guard;
        int fd;

        if (!g_str_has_prefix(name, PREFIX) || !is_stale(path))
            continue;
        fd = lock_directory(path);
        if (fd < 0)
            continue;
        if (guard_start(&guard, path, NULL))
            guard_end(&guard);
        close(fd);
    }
    g_dir_close(directory);
}

static gchar *make_directory(GError **error)
{
    const gchar *parents[] = {g_getenv("XDG_RUNTIME_DIR"), g_get_tmp_dir(), "/tmp"};
    int saved = ENAMETOOLONG;

    for (gsize i = 0; i < G_N_ELEMENTS(parents); i++) {
        const gsize room = sizeof((struct sockaddr_un *)NULL)->sun_path - sizeof LONGEST_BELOW;
        g_autofree gchar *path = NULL;

        if (parents[i] == NULL || !g_path_is_absolute(parents[i]) || strlen(parents[i]) > room)
            continue;
        remove_stale(parents[i]);
        path = g_build_filename(parents[i], PREFIX "XXXXXX", NULL);
        if (g_mkdtemp(path) != NULL)
            return g_steal_pointer(&path);
        saved = errno;
    }
    g_set_error(error, MG_ERROR, MG_ERROR_RUN, "no temporary directory can be made: %s",
                g_strerror(saved));
    return NULL;
}

MgPrivateRoot *mg_private_root_new(GError **error)
{
    g_autoptr(MgPrivateRoot) root = g_new0(MgPrivateRoot, 1);

    root->lock_fd = -1;
    root->guard.pipe = -1;
    root->path = make_directory(error);
    if (root->path == NULL)
        return NULL;
    root->lock_fd = lock_directory(root->path);
    if (!guard_start(&root->guard, root->path, error))
        return NULL;
    return g_steal_pointer(&root);
}

void mg_private_root_free(MgPrivateRoot *root)
{
    if (root == NULL)
        return;
    if (root->path != NULL)
        remove_tree(root->path);
    guard_end(&root->guard);
    if (root->lock_fd >= 0)
        close(root->lock_fd);
    g_free(root->path);
    g_free(root);
}

const gchar *mg_private_root_path(const MgPrivateRoot *root)
{
    return root->path;
}
