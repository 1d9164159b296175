/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/begun.h"

#include "database/run_register.h"

#include <sys/wait.h>
#include <unistd.h>

static const gint64 IDS[] = {7, 9, 12};

static void assert_not_begun(gint64 run_id, const gchar *expected)
{
    g_autoptr(MgBegun) found = mg_begun_find(run_id);
    g_autoptr(GString) text = g_string_new(NULL);

    if (found == NULL)
        g_string_append(text, "none");
    for (gint64 id = 1; found != NULL && id < 20; id++)
        if (mg_begun_is_not_begun(found, id))
            g_string_append_printf(text, "%" G_GINT64_FORMAT " ", id);
    g_assert_cmpstr(text->str, ==, expected);
}

/* Does it in a process that dies, as the program would. */
static gint64 die_after(void (*do_it)(MgBegunSlot *slot))
{
    gint64 run_id = mg_run_register_new_id();
    pid_t child = fork();
    gint status;

    if (child == 0) {
        do_it(mg_begun_take_slot(mg_begun_new(run_id)));
        raise(SIGKILL);
    }
    g_assert_cmpint(waitpid(child, &status, 0), ==, child);
    g_assert_true(WIFSIGNALED(status));
    return run_id;
}

static void forget(gint64 run_id)
{
    mg_begun_free(mg_begun_find(run_id));
    assert_not_begun(run_id, "none");
}

static void do_nothing(MgBegunSlot *slot)
{
}

static void enter_only(MgBegunSlot *slot)
{
    mg_begun_enter(slot, IDS, G_N_ELEMENTS(IDS));
}

static void note_second(MgBegunSlot *slot)
{
    enter_only(slot);
    mg_begun_note(slot, 9);
}

static void note_first_again(MgBegunSlot *slot)
{
    note_second(slot);
    mg_begun_note(slot, 7);
}

static void note_foreign(MgBegunSlot *slot)
{
    enter_only(slot);
    mg_begun_note(slot, 8);
    mg_begun_note(slot, 0);
}

static void note_all(MgBegunSlot *slot)
{
    enter_only(slot);
    mg_begun_note(slot, 12);
}

static void enter_next_lot(MgBegunSlot *slot)
{
    const gint64 next[] = {13};

    note_second(slot);
    mg_begun_enter(slot, next, 1);
}

static void enter_empty_lot(MgBegunSlot *slot)
{
    note_second(slot);
    mg_begun_enter(slot, NULL, 0);
}

static void enter_too_many(MgBegunSlot *slot)
{
    gint64 ids[MG_BEGUN_MOST_INTENTS + 1];

    for (guint i = 0; i < G_N_ELEMENTS(ids); i++)
        ids[i] = i + 1;
    note_second(slot);
    mg_begun_enter(slot, ids, G_N_ELEMENTS(ids));
}

static const struct {
    const gchar *name;
    void (*do_it)(MgBegunSlot *slot);
    const gchar *not_begun;
} deaths[] = {
    {"before a lot", do_nothing, ""},
    {"before its first mail", enter_only, "7 9 12 "},
    {"in the second", note_second, "12 "},
    {"in the first, made again", note_first_again, "12 "},
    {"in one of another lot", note_foreign, "7 9 12 "},
    {"in the last", note_all, ""},
    {"in the next lot", enter_next_lot, "13 "},
    {"in a lot without intents", enter_empty_lot, ""},
    {"in a lot of too many", enter_too_many, ""},
};

static void test_deaths(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(deaths); i++) {
        gint64 run_id = die_after(deaths[i].do_it);
        g_test_message("%s", deaths[i].name);
        assert_not_begun(run_id, deaths[i].not_begun);
        forget(run_id);
    }
}

static void test_alive(void)
{
    gint64 run_id = mg_run_register_new_id();
    MgBegun *begun = mg_begun_new(run_id);

    g_assert_nonnull(begun);
    g_assert_null(mg_begun_new(run_id));
    enter_only(mg_begun_take_slot(begun));
    assert_not_begun(run_id, "none");
    mg_begun_leave(begun);
    assert_not_begun(run_id, "7 9 12 ");
    forget(run_id);
}

static void test_two_workers(void)
{
    const gint64 other[] = {8, 10};
    gint64 run_id = mg_run_register_new_id();
    MgBegun *begun = mg_begun_new(run_id);
    MgBegunSlot *slots[] = {mg_begun_take_slot(begun), mg_begun_take_slot(begun)};

    note_second(slots[0]);
    mg_begun_enter(slots[1], other, G_N_ELEMENTS(other));
    mg_begun_note(slots[1], 8);
    mg_begun_leave(begun);
    assert_not_begun(run_id, "10 12 ");
    forget(run_id);
}

/* Whoever has none goes on all the same. */
static void test_none(void)
{
    gint64 run_id = mg_run_register_new_id();
    g_autoptr(MgBegun) begun = mg_begun_new(run_id);

    while (mg_begun_take_slot(begun) != NULL)
        continue;
    g_assert_null(mg_begun_take_slot(NULL));
    note_second(NULL);
    mg_begun_free(NULL);
    mg_begun_free(g_steal_pointer(&begun));
    assert_not_begun(run_id, "none");
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/begun/deaths", test_deaths);
    g_test_add_func("/begun/alive", test_alive);
    g_test_add_func("/begun/two_workers", test_two_workers);
    g_test_add_func("/begun/none", test_none);
    return g_test_run();
}
