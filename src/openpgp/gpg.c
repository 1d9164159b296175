/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "openpgp/gpg.h"

#include "base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define LIMIT_MS (60 * 1000)

/* Above all numbers that gpg is given, so that one dup2() cannot overwrite the source of
 * another. */
#define LOWEST_FD 16

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008U
#endif

/* gpg's own descriptor numbers. */
enum { INPUT, OUTPUT, WORDS, STATUS, SIGNATURE, N_CHANNELS };

/* Channels are files in memory and not pipes: no reader is needed while gpg runs, no SIGPIPE can
 * come, and a gpg-agent that gpg starts cannot keep one open. They are used again for each run. */
struct MgGpg {
    gchar *program;
    gchar *home;
    gchar *shown_home;
    gchar **environment;
    gboolean pinentry_is_set;
    int channels[N_CHANNELS];
};

void mg_gpg_free(MgGpg *gpg)
{
    if (gpg == NULL)
        return;
    for (guint i = 0; i < N_CHANNELS; i++)
        if (gpg->channels[i] >= 0)
            close(gpg->channels[i]);
    g_strfreev(gpg->environment);
    g_free(gpg->program);
    g_free(gpg->home);
    g_free(gpg->shown_home);
    g_free(gpg);
}

void mg_gpg_result_free(MgGpgResult *result)
{
    if (result == NULL)
        return;
    g_clear_pointer(&result->output, g_bytes_unref);
    g_free(result->status);
    g_free(result->words);
    g_free(result);
}

/* A passphrase may come from a file: `pinentry-mode loopback` with `passphrase-file` in gpg.conf.
 * The command line would win over that, so the mode is only given where gpg.conf has none. */
static gboolean sets_pinentry_mode(const gchar *home)
{
    g_autofree gchar *path = g_build_filename(home, "gpg.conf", NULL);
    g_autofree gchar *text = NULL;

    return g_file_get_contents(path, &text, NULL, NULL) &&
           g_regex_match_simple("^[ \\t]*(--)?pinentry-mode[ \\t=]", text,
                                G_REGEX_MULTILINE | G_REGEX_RAW, 0);
}

/* Messages in English, as the rest of the log, and no locale to load at each start. */
static gchar **make_environment(void)
{
    gchar **environment = g_get_environ();

    environment = g_environ_unsetenv(environment, "GNUPGHOME");
    environment = g_environ_unsetenv(environment, "GPG_TTY");
    environment = g_environ_unsetenv(environment, "DISPLAY");
    return g_environ_setenv(environment, "LC_ALL", "C", TRUE);
}

/* Kernels since 6.3 want to be told that nothing in it is to be run, older ones do not know the
 * flag. */
static int open_channel(void)
{
    static const gchar name[] = "intelmqcbmail-gpg";
    int with_flag = memfd_create(name, MFD_CLOEXEC | MFD_NOEXEC_SEAL);
    int fd = with_flag >= 0 || errno != EINVAL ? with_flag : memfd_create(name, MFD_CLOEXEC);
    int moved = fd >= 0 ? fcntl(fd, F_DUPFD_CLOEXEC, LOWEST_FD) : -1;

    if (fd >= 0)
        close(fd);
    return moved;
}

MgGpg *mg_gpg_new(const gchar *home, const gchar *shown_home, GError **error)
{
    g_autoptr(MgGpg) gpg = g_new0(MgGpg, 1);
    gboolean complete = TRUE;

    for (guint i = 0; i < N_CHANNELS; i++) {
        gpg->channels[i] = open_channel();
        complete = complete && gpg->channels[i] >= 0;
    }
    if (!complete) {
        g_set_error(error, MG_ERROR, MG_ERROR_RUN, "no memory file for gpg: %s", g_strerror(errno));
        return NULL;
    }
    gpg->program = g_find_program_in_path("gpg");
    if (gpg->program == NULL) {
        g_set_error(error, MG_ERROR, MG_ERROR_SETUP,
                    "gpg is not found in PATH\nHINT: install the packages gpg and gpg-agent");
        return NULL;
    }
    gpg->home = g_strdup(home);
    gpg->shown_home = g_strdup(shown_home);
    gpg->environment = make_environment();
    gpg->pinentry_is_set = sets_pinentry_mode(home);
    return g_steal_pointer(&gpg);
}

static gboolean fill_channel(int fd, GBytes *content)
{
    gsize size = 0;
    const gchar *bytes = content != NULL ? g_bytes_get_data(content, &size) : NULL;

    for (gsize done = 0; done < size;) {
        gssize n = pwrite(fd, bytes + done, size - done, (off_t)done);

        if (n < 0 && errno != EINTR)
            return FALSE;
        if (n > 0)
            done += (gsize)n;
    }
    return TRUE;
}

static gboolean fill_channels(MgGpg *gpg, GBytes *input, GBytes *signature)
{
    for (guint i = 0; i < N_CHANNELS; i++)
        if (ftruncate(gpg->channels[i], 0) != 0 || lseek(gpg->channels[i], 0, SEEK_SET) != 0)
            return FALSE;
    return fill_channel(gpg->channels[INPUT], input) &&
           fill_channel(gpg->channels[SIGNATURE], signature);
}

static GBytes *drain_channel(int fd)
{
    struct stat status;
    gsize size = fstat(fd, &status) == 0 ? (gsize)status.st_size : 0;
    gchar *bytes = g_malloc(size + 1);
    gsize done = 0;

    while (done < size) {
        gssize n = pread(fd, bytes + done, size - done, (off_t)done);

        if (n == 0 || (n < 0 && errno != EINTR))
            break;
        if (n > 0)
            done += (gsize)n;
    }
    bytes[done] = '\0';
    return g_bytes_new_take(bytes, done);
}

/* Nothing of ours writes in the home directory, so nothing needs its locks, and gpgs that start
 * together would wait for each other; which keys are trusted does not matter for a signature. */
static gchar **command_line(const MgGpg *gpg, const gchar *const *arguments)
{
    g_autoptr(GStrvBuilder) line = g_strv_builder_new();

    g_strv_builder_add_many(line, gpg->program, "--homedir", gpg->home, "--batch", "--no-tty",
                            "--display-charset", "utf-8", "--status-fd", "3", "--lock-never",
                            "--no-auto-check-trustdb", "--trust-model", "always", NULL);
    if (!gpg->pinentry_is_set)
        g_strv_builder_add_many(line, "--pinentry-mode", "error", NULL);
    g_strv_builder_addv(line, (const char **)arguments);
    return g_strv_builder_end(line);
}

/* A process group of its own: Ctrl-C is for us, who finish what is in hand. */
static int spawn(const MgGpg *gpg, const gchar *const *arguments, pid_t *pid)
{
    g_auto(GStrv) line = command_line(gpg, arguments);
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t signals;
    int failure;

    posix_spawn_file_actions_init(&actions);
    for (int i = 0; i < N_CHANNELS; i++)
        posix_spawn_file_actions_adddup2(&actions, gpg->channels[i], i);
    posix_spawn_file_actions_addclosefrom_np(&actions, N_CHANNELS);

    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
                                              POSIX_SPAWN_SETSIGDEF);
    posix_spawnattr_setpgroup(&attributes, 0);
    sigemptyset(&signals);
    posix_spawnattr_setsigmask(&attributes, &signals);
    sigfillset(&signals);
    posix_spawnattr_setsigdefault(&attributes, &signals);

    failure = posix_spawn(pid, gpg->program, &actions, &attributes, line, gpg->environment);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return failure;
}

/* FALSE where the process had to be killed. */
static gboolean ends_in_time(pid_t pid)
{
    struct pollfd wait_for = {.fd = pidfd_open(pid, 0), .events = POLLIN};
    int ready;

    if (wait_for.fd < 0)
        return TRUE; /* no such call here: wait without a limit */
    do
        ready = poll(&wait_for, 1, LIMIT_MS);
    while (ready < 0 && errno == EINTR);
    if (ready == 0)
        pidfd_send_signal(wait_for.fd, SIGKILL, NULL, 0);
    close(wait_for.fd);
    return ready != 0;
}

/* A format script that waits for all children may have taken the exit status. */
static gboolean reap(pid_t pid)
{
    int status = 0;
    pid_t reaped;

    do
        reaped = waitpid(pid, &status, 0);
    while (reaped < 0 && errno == EINTR);
    return reaped < 0 || (WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static gboolean contains(GPtrArray *lines, const gchar *line)
{
    return g_ptr_array_find_with_equal_func(lines, line, g_str_equal, NULL);
}

/* gpg likes to say things twice, and warns about what this program has settled otherwise. */
static void take_words(const MgGpg *gpg, GBytes *bytes, MgGpgResult *result)
{
    g_autoptr(GString) text = g_string_new(g_bytes_get_data(bytes, NULL));
    g_autoptr(GPtrArray) kept = g_ptr_array_new();
    g_auto(GStrv) lines = NULL;
    g_autofree gchar *joined = NULL;

    g_string_replace(text, gpg->home, gpg->shown_home, 0);
    lines = g_strsplit(text->str, "\n", -1);
    for (guint i = 0; lines[i] != NULL; i++) {
        gchar *line = lines[i] + (g_str_has_prefix(lines[i], "gpg: ") ? strlen("gpg: ") : 0);

        if (*line != '\0' && !g_str_has_prefix(line, "WARNING:") && !contains(kept, line))
            g_ptr_array_add(kept, line);
    }
    g_ptr_array_add(kept, NULL);
    joined = g_strjoinv("; ", (gchar **)kept->pdata);
    result->is_silent = *joined == '\0';
    result->words = result->is_silent ? g_strdup("nothing") : mg_error_quote(joined);
}

static MgGpgResult *run(MgGpg *gpg, const gchar *const *arguments, GBytes *input, GBytes *signature,
                        GError **error)
{
    g_autoptr(MgGpgResult) result = g_new0(MgGpgResult, 1);
    g_autoptr(GBytes) status = NULL;
    g_autoptr(GBytes) words = NULL;
    gboolean in_time;
    int failure;
    pid_t pid;

    failure = fill_channels(gpg, input, signature) ? spawn(gpg, arguments, &pid) : errno;
    if (failure != 0) {
        g_set_error(error, MG_ERROR, MG_ERROR_GROUP, "%s cannot be started: %s", gpg->program,
                    g_strerror(failure));
        return NULL;
    }
    in_time = ends_in_time(pid);
    result->succeeded = reap(pid);
    if (!in_time) {
        g_set_error(error, MG_ERROR, MG_ERROR_GROUP, "gpg has not ended after %d seconds",
                    LIMIT_MS / 1000);
        return NULL;
    }
    status = drain_channel(gpg->channels[STATUS]);
    words = drain_channel(gpg->channels[WORDS]);
    result->output = drain_channel(gpg->channels[OUTPUT]);
    result->status = g_strdup(g_bytes_get_data(status, NULL));
    take_words(gpg, words, result);
    return g_steal_pointer(&result);
}

MgGpgResult *mg_gpg_run(MgGpg *gpg, const gchar *const *arguments, GBytes *input, GError **error)
{
    return run(gpg, arguments, input, NULL, error);
}

/* "-&4" is descriptor 4 where special names are allowed. */
static MgGpgResult *verify(MgGpg *gpg, gboolean with_options, GBytes *content, GBytes *signature,
                           GError **error)
{
    const gchar *arguments[] = {
        "--no-options", "--enable-special-filenames", "--verify", "--", "-&4", "-", NULL};

    return run(gpg, arguments + (with_options ? 1 : 0), content, signature, error);
}

static gboolean says_good(const MgGpgResult *result)
{
    const gchar *first = strstr(result->status, "[GNUPG:] NEWSIG");

    return result->succeeded && first != NULL && strstr(first + 1, "[GNUPG:] NEWSIG") == NULL &&
           strstr(result->status, "[GNUPG:] GOODSIG ") != NULL &&
           strstr(result->status, "[GNUPG:] VALIDSIG ") != NULL;
}

gboolean mg_gpg_verify(MgGpg *gpg, GBytes *content, GBytes *signature, GError **error)
{
    g_autoptr(MgGpgResult) result = verify(gpg, FALSE, content, signature, error);

    /* gpg.conf may say where the public keys are. */
    if (result != NULL && strstr(result->status, "[GNUPG:] NO_PUBKEY ") != NULL) {
        mg_gpg_result_free(result);
        result = verify(gpg, TRUE, content, signature, error);
    }
    if (result == NULL)
        return FALSE;
    if (says_good(result))
        return TRUE;
    g_set_error(error, MG_ERROR, MG_ERROR_GROUP,
                "gpg does not take its own signature for good, it says %s", result->words);
    return FALSE;
}

static gboolean succeeds(MgGpg *gpg, const gchar *const *arguments, GBytes *input)
{
    g_autoptr(MgGpgResult) result = mg_gpg_run(gpg, arguments, input, NULL);

    return result != NULL && result->succeeded;
}

gboolean mg_gpg_fails_by_options(MgGpg *gpg, const gchar *const *arguments, GBytes *input)
{
    const gchar *test[] = {"--gpgconf-test", NULL};
    g_autoptr(GStrvBuilder) line = g_strv_builder_new();
    g_auto(GStrv) plain = NULL;

    g_strv_builder_add_many(line, "--no-options", "--pinentry-mode", "error", NULL);
    g_strv_builder_addv(line, (const char **)arguments);
    plain = g_strv_builder_end(line);
    return !succeeds(gpg, test, NULL) || succeeds(gpg, (const gchar *const *)plain, input);
}

const gchar *mg_gpg_shown_home(const MgGpg *gpg)
{
    return gpg->shown_home;
}
