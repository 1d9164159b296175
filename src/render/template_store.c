/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "render/template_store.h"

#include "base/error.h"
#include "base/guess.h"
#include "render/template_names.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifdef SYS_openat2
#include <linux/openat2.h>
#endif

#define SIZE_LIMIT (1024 * 1024)
#define OPEN_FLAGS (O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK)

struct MgTemplateStore {
    gchar *directory; /* (nullable) real path */
    gint fd;
    GMutex lock;
    GHashTable *entries; /* under lock: name → Entry */
    gchar **names;       /* (nullable), under lock: of the files, once one is missing */
};

/* What became of a name: a template or an error. */
typedef struct {
    MgTemplate *template;
    GError *error;
} Entry;

static void entry_free(gpointer data)
{
    Entry *entry = data;

    mg_template_unref(entry->template);
    g_clear_error(&entry->error);
    g_free(entry);
}

static gboolean fail(GError **error, const gchar *origin, const gchar *reason)
{
    g_set_error(error, MG_ERROR, MG_ERROR_GROUP, "%s: %s", origin, reason);
    return FALSE;
}

MgTemplateStore *mg_template_store_new(const gchar *directory, GError **error)
{
    g_autoptr(MgTemplateStore) store = g_new0(MgTemplateStore, 1);

    g_mutex_init(&store->lock);
    store->entries = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, entry_free);
    store->fd = -1;
    if (directory == NULL)
        return g_steal_pointer(&store);
    store->directory = realpath(directory, NULL);
    if (store->directory != NULL)
        store->fd = open(store->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (store->fd < 0) {
        gint reason = errno;
        g_autofree gchar *quoted = mg_error_quote(directory);
        g_set_error(error, MG_ERROR, MG_ERROR_SETUP, "cannot read template directory %s: %s",
                    quoted, g_strerror(reason));
        return NULL;
    }
    return g_steal_pointer(&store);
}

void mg_template_store_free(MgTemplateStore *store)
{
    if (store == NULL)
        return;
    if (store->fd >= 0)
        close(store->fd);
    g_hash_table_unref(store->entries);
    g_strfreev(store->names);
    g_mutex_clear(&store->lock);
    free(store->directory); /* of realpath(), hence not g_free() */
    g_free(store);
}

gboolean mg_template_store_is_name(const gchar *name)
{
    g_auto(GStrv) components = g_strsplit(name, "/", -1);

    for (gsize i = 0; components[i] != NULL; i++)
        if (strcmp(components[i], "") == 0 || strcmp(components[i], ".") == 0 ||
            strcmp(components[i], "..") == 0)
            return FALSE;
    return components[0] != NULL;
}

/* (nullable): the file that was meant by a slip of the finger. Looked up once, as names may come in
 * thousands. */
static const gchar *guess(MgTemplateStore *store, const gchar *name)
{
    if (store->names == NULL)
        store->names = mg_template_names_list(store->directory);
    return mg_guess_nearest(name, (const gchar *const *)store->names);
}

static void fail_missing(MgTemplateStore *store, const gchar *name, const gchar *origin,
                         GError **error)
{
    g_autofree gchar *directory = mg_error_quote(store->directory);
    const gchar *meant = guess(store, name);
    g_autofree gchar *quoted = mg_error_quote(meant);

    g_set_error(error, MG_ERROR, MG_ERROR_GROUP, "%s: there is no such file in %s%s%s%s", origin,
                directory, meant != NULL ? "\nHINT: did you mean " : "",
                meant != NULL ? quoted : "", meant != NULL ? "?" : "");
}

static gchar *describe(const gchar *name)
{
    g_autofree gchar *quoted = mg_error_quote(name);

    return g_strconcat("template ", quoted, NULL);
}

/* The name with all symlinks followed, relative to the directory; NULL where it leads out or
 * nowhere. */
static gchar *resolve(MgTemplateStore *store, const gchar *name, const gchar *origin,
                      GError **error)
{
    g_autofree gchar *path = g_build_filename(store->directory, name, NULL);
    g_autofree gchar *prefix = g_build_filename(store->directory, "/", NULL);
    gchar *real = realpath(path, NULL);
    gchar *relative = NULL;

    if (real == NULL && errno == ENOENT)
        fail_missing(store, name, origin, error);
    else if (real == NULL)
        fail(error, origin, g_strerror(errno));
    else if (!g_str_has_prefix(real, prefix))
        fail(error, origin, "the name leads out of the template directory");
    else
        relative = g_strdup(real + strlen(prefix));
    free(real);
    return relative;
}

/* `relative` has no symlinks; that it has got none since is what the kernel sees to. */
static gint open_beneath(gint directory, const gchar *relative)
{
#ifdef SYS_openat2
    struct open_how how = {.flags = OPEN_FLAGS, .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS};
    gint fd = (gint)syscall(SYS_openat2, directory, relative, &how, sizeof how);

    /* EPERM: what older container run-times say to a system call that they do not know */
    if (fd >= 0 || (errno != ENOSYS && errno != EPERM))
        return fd;
#endif
    return openat(directory, relative, OPEN_FLAGS);
}

static GString *read_file(gint fd, const gchar *origin, GError **error)
{
    g_autoptr(GString) text = NULL;
    struct stat status;
    gssize n_read;

    if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
        fail(error, origin, "not a regular file");
        return NULL;
    }
    text = g_string_sized_new(CLAMP((gsize)status.st_size, 1, SIZE_LIMIT) + 1);
    do {
        gchar block[8192];
        do
            n_read = read(fd, block, sizeof block);
        while (n_read < 0 && errno == EINTR);
        if (n_read < 0) {
            fail(error, origin, g_strerror(errno));
            return NULL;
        }
        g_string_append_len(text, block, n_read);
    } while (n_read > 0 && text->len <= SIZE_LIMIT);
    if (text->len > SIZE_LIMIT) {
        fail(error, origin, "larger than 1 MiB");
        return NULL;
    }
    return g_steal_pointer(&text);
}

static MgTemplate *load(MgTemplateStore *store, const gchar *name, GError **error)
{
    g_autofree gchar *origin = describe(name);
    g_autofree gchar *relative = NULL;
    g_autofree gchar *path = NULL;
    g_autofree gchar *file = NULL;
    g_autoptr(GString) text = NULL;
    gint fd;

    if (!mg_template_store_is_name(name)) {
        fail(error, origin, "not a name of a file in the template directory");
        return NULL;
    }
    if (store->directory == NULL) {
        fail(error, origin, "there is no such template, and no template directory");
        return NULL;
    }
    relative = resolve(store, name, origin, error);
    if (relative == NULL)
        return NULL;
    fd = open_beneath(store->fd, relative);
    if (fd < 0) {
        fail(error, origin, g_strerror(errno));
        return NULL;
    }
    text = read_file(fd, origin, error);
    close(fd);
    if (text == NULL)
        return NULL;
    path = g_build_filename(store->directory, name, NULL);
    file = describe(path); /* the whole path: that is where the operator mends the text */
    return mg_template_parse(file, text->str, text->len, error);
}

void mg_template_store_add(MgTemplateStore *store, const gchar *name, const gchar *text)
{
    g_autofree gchar *origin = describe(name);
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&store->lock);
    Entry *entry = g_new0(Entry, 1);

    entry->template = mg_template_parse_given(origin, text, strlen(text), &entry->error);
    g_hash_table_replace(store->entries, g_strdup(name), entry);
}

MgTemplate *mg_template_store_get(MgTemplateStore *store, const gchar *name, GError **error)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&store->lock);
    Entry *entry = g_hash_table_lookup(store->entries, name);

    if (entry == NULL) {
        entry = g_new0(Entry, 1);
        entry->template = load(store, name, &entry->error);
        g_hash_table_insert(store->entries, g_strdup(name), entry);
    }
    if (entry->template == NULL) {
        if (error != NULL)
            *error = g_error_copy(entry->error);
        return NULL;
    }
    return mg_template_ref(entry->template);
}
