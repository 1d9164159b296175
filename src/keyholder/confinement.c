/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "keyholder/confinement.h"

#include <seccomp.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#define STACK_SIZE (64 * 1024)

/* The lowest byte is touched first: a stack grows only so. */
static int lock_stack(uintptr_t page)
{
    volatile char below[STACK_SIZE];

    below[0] = 0;
    return mlock((void *)((uintptr_t)below & ~(page - 1)), STACK_SIZE) == 0;
}

/* Where a user may lock less than the whole program has (8 MB, as a rule), all that comes from now
 * on is locked, and the stack: the key is read later. What the heap has already is too little to be
 * of use, but for what stays free in it, so that is locked too. */
static int lock_memory(void)
{
    const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    const uintptr_t end = (uintptr_t)sbrk(0);

    if (mlockall(MCL_CURRENT | MCL_FUTURE) == 0)
        return 1;
    return mlockall(MCL_FUTURE) == 0 && lock_stack(page) && mlock((void *)(end - page), page) == 0;
}

const char *mg_confinement_begin(void)
{
    const struct rlimit none = {0, 0};

    if (setrlimit(RLIMIT_CORE, &none) != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
        return "core dumps cannot be forbidden";
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return "privileges cannot be given up";
    return lock_memory() ? NULL : "memory cannot be locked";
}

static int allow_plain(scmp_filter_ctx filter)
{
    static const int calls[] = {
        SCMP_SYS(exit_group),   SCMP_SYS(exit),
        SCMP_SYS(brk),          SCMP_SYS(munmap),
        SCMP_SYS(madvise),      SCMP_SYS(futex),
        SCMP_SYS(getrandom),    SCMP_SYS(getpid),
        SCMP_SYS(gettid),       SCMP_SYS(clock_gettime),
        SCMP_SYS(gettimeofday), SCMP_SYS(time),
        SCMP_SYS(rt_sigreturn), SCMP_SYS(restart_syscall),
    };

    for (unsigned i = 0; i < sizeof calls / sizeof *calls; i++)
        if (seccomp_rule_add(filter, SCMP_ACT_ALLOW, calls[i], 0) != 0)
            return 0;
    return 1;
}

/* mmap() for memory of malloc() alone: nothing that can be run, no file. */
static int allow_narrowed(scmp_filter_ctx filter, int fd)
{
    const scmp_datum_t to_us = (scmp_datum_t)fd;

    return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(read), 1,
                            SCMP_A0(SCMP_CMP_EQ, to_us)) == 0 &&
           seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(write), 1,
                            SCMP_A0(SCMP_CMP_EQ, to_us)) == 0 &&
           seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 2,
                            SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0),
                            SCMP_A3(SCMP_CMP_MASKED_EQ, MAP_ANONYMOUS, MAP_ANONYMOUS)) == 0;
}

const char *mg_confinement_close(int fd)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
    int done = filter != NULL && allow_plain(filter) && allow_narrowed(filter, fd) &&
               seccomp_load(filter) == 0;

    seccomp_release(filter);
    return done ? NULL : "system calls cannot be forbidden";
}
