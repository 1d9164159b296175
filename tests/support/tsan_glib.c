/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Tells ThreadSanitizer what GLib's locks order. GLib's GMutex, GCond and g_once are made of futexes and
 * atomics inside the library, which is not instrumented: without this every value that they protect looks
 * like a race. With -Db_sanitize=thread it is a part of the program, whose symbols go before the library's.
 */
#include <dlfcn.h>
#include <glib.h>

void __tsan_acquire(void *address);
void __tsan_release(void *address);

/* The real function of the same name, looked up once; two threads that do so at once find the same. */
#define REAL(name)                                                                                 \
    static __typeof__(&name) found;                                                                \
    __typeof__(&name) real = __atomic_load_n(&found, __ATOMIC_RELAXED);                            \
    if (real == NULL) {                                                                            \
        real = (__typeof__(&name))dlsym(RTLD_NEXT, #name);                                         \
        __atomic_store_n(&found, real, __ATOMIC_RELAXED);                                          \
    }

void g_mutex_lock(GMutex *mutex)
{
    REAL(g_mutex_lock)
    real(mutex);
    __tsan_acquire(mutex);
}

gboolean g_mutex_trylock(GMutex *mutex)
{
    REAL(g_mutex_trylock)
    if (!real(mutex))
        return FALSE;
    __tsan_acquire(mutex);
    return TRUE;
}

void g_mutex_unlock(GMutex *mutex)
{
    REAL(g_mutex_unlock)
    __tsan_release(mutex);
    real(mutex);
}

void g_cond_wait(GCond *cond, GMutex *mutex)
{
    REAL(g_cond_wait)
    __tsan_release(mutex);
    real(cond, mutex);
    __tsan_acquire(mutex);
}

gboolean g_cond_wait_until(GCond *cond, GMutex *mutex, gint64 end_time)
{
    REAL(g_cond_wait_until)
    gboolean signalled;

    __tsan_release(mutex);
    signalled = real(cond, mutex, end_time);
    __tsan_acquire(mutex);
    return signalled;
}

gboolean(g_once_init_enter)(volatile void *location)
{
    REAL(g_once_init_enter)
    gboolean is_first = real(location);

    __tsan_acquire((void *)location);
    return is_first;
}

void(g_once_init_leave)(volatile void *location, gsize result)
{
    REAL(g_once_init_leave)
    __tsan_release((void *)location);
    real(location, result);
}
