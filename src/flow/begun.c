/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/begun.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAGIC G_GINT64_CONSTANT(0x0100424d514d4900)
#define MOST_SLOTS 64 /* workers; those that come later prove nothing */

/* A program dies between any two of its stores: what each leaves must be true. */
struct MgBegunSlot {
    gint64 n_intents; /* 0: nothing is proven */
    gint64 n_begun;   /* of these, from the first on */
    gint64 intent_ids[MG_BEGUN_MOST_INTENTS];
};

typedef struct {
    gint64 magic;
    gint64 run_id;
    MgBegunSlot slots[MOST_SLOTS];
} Page; /* some pages */

struct MgBegun {
    gchar *name;
    gint fd; /* locked by whoever writes, and by whoever has found it: flock(2) */
    Page *page;
    gint n_taken; /* atomic */
};

static void store(gint64 *place, gint64 value)
{
    __atomic_store_n(place, value, __ATOMIC_SEQ_CST);
}

static MgBegun *begun_new(gint64 run_id, gint flags)
{
    MgBegun *begun = g_new0(MgBegun, 1);

    begun->name = g_strdup_printf("/intelmqcbmail-%" G_GINT64_MODIFIER "x", run_id);
    begun->fd = shm_open(begun->name, flags | O_CLOEXEC, S_IRUSR | S_IWUSR);
    return begun;
}

void mg_begun_leave(MgBegun *begun)
{
    if (begun == NULL)
        return;
    if (begun->page != NULL)
        munmap(begun->page, sizeof *begun->page);
    if (begun->fd >= 0)
        close(begun->fd);
    g_free(begun->name);
    g_free(begun);
}

void mg_begun_free(MgBegun *begun)
{
    if (begun != NULL)
        shm_unlink(begun->name);
    mg_begun_leave(begun);
}

/* A process that a script has forked keeps the lock, and that is right: nobody knows what it
 * does. */
static gboolean map(MgBegun *begun)
{
    void *page;

    if (flock(begun->fd, LOCK_EX | LOCK_NB) != 0)
        return FALSE;
    page = mmap(NULL, sizeof *begun->page, PROT_READ | PROT_WRITE, MAP_SHARED, begun->fd, 0);
    if (page == MAP_FAILED)
        return FALSE;
    begun->page = page;
    return TRUE;
}

MgBegun *mg_begun_new(gint64 run_id)
{
    g_autoptr(MgBegun) begun = begun_new(run_id, O_RDWR | O_CREAT | O_EXCL);

    if (begun->fd < 0)
        return NULL;
    /* Now, and not with SIGBUS in the middle of a mail: there may be no room. */
    if (posix_fallocate(begun->fd, 0, sizeof *begun->page) != 0 || !map(begun)) {
        mg_begun_free(g_steal_pointer(&begun));
        return NULL;
    }
    begun->page->run_id = run_id;
    store(&begun->page->magic, MAGIC);
    return g_steal_pointer(&begun);
}

static gboolean is_ours(gint fd)
{
    struct stat status;

    return fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_uid == geteuid() &&
           status.st_size == sizeof(Page);
}

MgBegun *mg_begun_find(gint64 run_id)
{
    g_autoptr(MgBegun) begun = begun_new(run_id, O_RDWR);

    if (begun->fd < 0 || !is_ours(begun->fd) || !map(begun) || begun->page->magic != MAGIC ||
        begun->page->run_id != run_id)
        return NULL;
    return g_steal_pointer(&begun);
}

MgBegunSlot *mg_begun_take_slot(MgBegun *begun)
{
    gint taken;

    if (begun == NULL)
        return NULL;
    taken = g_atomic_int_add(&begun->n_taken, 1);
    return taken < MOST_SLOTS ? &begun->page->slots[taken] : NULL;
}

void mg_begun_enter(MgBegunSlot *slot, const gint64 *intent_ids, guint n_intents)
{
    if (slot == NULL)
        return;
    store(&slot->n_intents, 0);
    if (n_intents > MG_BEGUN_MOST_INTENTS)
        return;
    for (guint i = 0; i < n_intents; i++)
        store(&slot->intent_ids[i], intent_ids[i]);
    store(&slot->n_begun, 0);
    store(&slot->n_intents, n_intents);
}

/* Its place from `from` on, or all of them. */
static gint64 find(const MgBegunSlot *slot, gint64 from, gint64 intent_id)
{
    while (from < slot->n_intents && slot->intent_ids[from] != intent_id)
        from++;
    return from;
}

void mg_begun_note(MgBegunSlot *slot, gint64 intent_id)
{
    gint64 place;

    if (slot == NULL)
        return;
    place = find(slot, slot->n_begun, intent_id);
    if (place < slot->n_intents) /* else it was begun before */
        store(&slot->n_begun, place + 1);
}

gboolean mg_begun_is_not_begun(const MgBegun *begun, gint64 intent_id)
{
    for (guint i = 0; i < MOST_SLOTS; i++) {
        const MgBegunSlot *slot = &begun->page->slots[i];
        gint64 n_intents = CLAMP(slot->n_intents, 0, MG_BEGUN_MOST_INTENTS);
        for (gint64 place = MAX(slot->n_begun, 0); place < n_intents; place++)
            if (slot->intent_ids[place] == intent_id)
                return TRUE;
    }
    return FALSE;
}
