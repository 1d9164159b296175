/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/fleet.h"

#include "base/error.h"
#include "base/log.h"

/* Work for several threads, each piece of which waits until `together` are under way. */
typedef struct {
    GMutex lock;
    GCond changed;
    guint n_left;
    guint together;
    guint n_under_way;
    guint most_under_way;
    GHashTable *sessions; /* under way */
} Load;

static void load_init(Load *load, guint n_pieces, guint together)
{
    *load = (Load){.n_left = n_pieces, .together = together};
    g_mutex_init(&load->lock);
    g_cond_init(&load->changed);
    load->sessions = g_hash_table_new(NULL, NULL);
}

static void load_clear(Load *load)
{
    g_assert_cmpuint(load->n_left + load->n_under_way, ==, 0);
    g_hash_table_unref(load->sessions);
    g_cond_clear(&load->changed);
    g_mutex_clear(&load->lock);
}

static gboolean carry(MgSession *session, gpointer data)
{
    Load *load = data;

    g_mutex_lock(&load->lock);
    if (load->n_left == 0) {
        g_mutex_unlock(&load->lock);
        return FALSE;
    }
    load->n_left--;
    load->n_under_way++;
    load->most_under_way = MAX(load->most_under_way, load->n_under_way);
    g_assert_true(g_hash_table_add(load->sessions, session)); /* nobody else has it */
    g_cond_broadcast(&load->changed);
    while (load->most_under_way < load->together)
        g_cond_wait(&load->changed, &load->lock);
    g_hash_table_remove(load->sessions, session);
    load->n_under_way--;
    g_mutex_unlock(&load->lock);
    return TRUE;
}

static const MgSmtpSettings settings = {.host = (gchar *)"127.0.0.1", .port = 25, .timeout = 30};

static MgFleet *make_fleet(guint most)
{
    g_autoptr(GError) error = NULL;
    MgFleet *fleet = mg_fleet_new(&settings, most, &error);

    g_assert_no_error(error);
    return fleet;
}

static void test_several_at_once(void)
{
    g_autoptr(MgFleet) fleet = make_fleet(4);
    Load load;

    g_assert_cmpuint(mg_fleet_most(fleet), ==, 4);
    load_init(&load, 20, 4);
    g_assert_cmpuint(mg_fleet_work(fleet, 9, carry, &load), <=, 4);
    g_assert_cmpuint(load.most_under_way, ==, 4);
    load_clear(&load);
}

static void test_one_at_a_time(void)
{
    g_autoptr(MgFleet) fleet = make_fleet(0);
    Load load;

    g_assert_cmpuint(mg_fleet_most(fleet), ==, MG_FLEET_MOST);
    load_init(&load, 20, 1);
    g_assert_cmpuint(mg_fleet_work(fleet, 1, carry, &load), ==, 1);
    g_assert_cmpuint(load.most_under_way, ==, 1);
    load_clear(&load);
}

static void test_without_a_fleet(void)
{
    Load load;

    load_init(&load, 3, 1);
    g_assert_cmpuint(mg_fleet_work(NULL, 5, carry, &load), ==, 1);
    load_clear(&load);
}

typedef struct {
    MgFleet *fleet;
    Load load;
} Worker;

static gpointer work(gpointer data)
{
    Worker *worker = data;

    mg_fleet_work(worker->fleet, 3, carry, &worker->load);
    return NULL;
}

static void test_workers_share_it(void)
{
    g_autoptr(MgFleet) fleet = make_fleet(3);
    Worker workers[5];
    GThread *threads[G_N_ELEMENTS(workers)];

    for (guint i = 0; i < G_N_ELEMENTS(workers); i++) {
        workers[i].fleet = fleet;
        load_init(&workers[i].load, 50, 1);
    }
    for (guint i = 0; i < G_N_ELEMENTS(workers); i++)
        threads[i] = g_thread_new("worker", work, &workers[i]);
    for (guint i = 0; i < G_N_ELEMENTS(workers); i++) {
        g_thread_join(threads[i]);
        load_clear(&workers[i].load);
    }
}

/* --- turned away --- */

typedef struct {
    MgFleet *fleet;
    Load load;
    guint n_refused; /* so many are */
} Relay;

static gboolean carry_or_be_refused(MgSession *session, gpointer data)
{
    Relay *relay = data;
    g_autoptr(GError) reason = g_error_new(MG_ERROR, MG_ERROR_RUN, "421 too many connections");
    gboolean is_refused;

    if (!carry(session, &relay->load))
        return FALSE;
    g_mutex_lock(&relay->load.lock);
    is_refused = relay->n_refused > 0;
    relay->n_refused -= is_refused;
    g_mutex_unlock(&relay->load.lock);
    return !is_refused || !mg_fleet_retire(relay->fleet, session, reason);
}

static void test_turned_away(void)
{
    g_autoptr(MgFleet) fleet = make_fleet(4);
    Relay relay = {.fleet = fleet, .n_refused = 2};

    load_init(&relay.load, 8, 4);
    mg_fleet_work(fleet, 4, carry_or_be_refused, &relay);
    g_assert_cmpuint(mg_fleet_most(fleet), ==, 2);
    load_clear(&relay.load);

    load_init(&relay.load, 8, 2);
    g_assert_cmpuint(mg_fleet_work(fleet, 4, carry_or_be_refused, &relay), <=, 2);
    load_clear(&relay.load);
}

static void test_the_last_is_kept(void)
{
    g_autoptr(MgFleet) fleet = make_fleet(4);
    Relay relay = {.fleet = fleet, .n_refused = 8};

    load_init(&relay.load, 8, 4);
    mg_fleet_work(fleet, 4, carry_or_be_refused, &relay);
    g_assert_cmpuint(mg_fleet_most(fleet), ==, 1);
    load_clear(&relay.load);
}

static void test_most_bytes(void)
{
    g_autoptr(MgFleet) fleet = make_fleet(1);

    g_assert_cmpuint(mg_fleet_most_bytes(fleet), ==, G_MAXSIZE);
    mg_fleet_note_too_large(fleet, 1000);
    g_assert_cmpuint(mg_fleet_most_bytes(fleet), ==, 500);
    mg_fleet_note_too_large(fleet, 3000);
    g_assert_cmpuint(mg_fleet_most_bytes(fleet), ==, 500);
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/fleet/several_at_once", test_several_at_once);
    g_test_add_func("/fleet/one_at_a_time", test_one_at_a_time);
    g_test_add_func("/fleet/without_a_fleet", test_without_a_fleet);
    g_test_add_func("/fleet/workers_share_it", test_workers_share_it);
    g_test_add_func("/fleet/turned_away", test_turned_away);
    g_test_add_func("/fleet/the_last_is_kept", test_the_last_is_kept);
    g_test_add_func("/fleet/most_bytes", test_most_bytes);
    return g_test_run();
}
