/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/ticket_source.h"

#include "base/clock.h"
#include "database/ticket.h"

#define MOST_AT_ONCE 64 /* unasked: what nobody takes is a gap */

struct MgTicketPool {
    MgPurpose purpose;
    MgDesk *desk;
    GQueue drawn;     /* of gchar * */
    guint n_expected; /* beside those */
};

MgTicketPool *mg_ticket_source_pool_new(MgPurpose purpose, MgDesk *desk)
{
    MgTicketPool *pool = g_new0(MgTicketPool, 1);

    pool->purpose = purpose;
    pool->desk = desk;
    g_queue_init(&pool->drawn);
    return pool;
}

void mg_ticket_source_pool_free(MgTicketPool *pool)
{
    if (pool == NULL)
        return;
    g_queue_clear_full(&pool->drawn, g_free);
    g_free(pool);
}

void mg_ticket_source_expect(MgTicketPool *pool, guint n_tickets)
{
    guint n_drawn = g_queue_get_length(&pool->drawn);

    pool->n_expected = n_tickets > n_drawn ? n_tickets - n_drawn : 0;
}

static gchar *make_placeholder(gint64 now)
{
    g_autofree gchar *time = mg_clock_format_utc(now);

    return g_strdup_printf("%.4s%.2s%.2s-NNNNNNNN", time, time + 5, time + 8);
}

/* Who has asked often will ask again: a script that makes many mails of one group. */
static gchar *draw(MgTicketPool *pool, guint n_given, GError **error)
{
    guint n_tickets = MAX(MAX(1, pool->n_expected), MIN(n_given / 2, MOST_AT_ONCE));
    g_autofree gchar **tickets = NULL;

    if (!g_queue_is_empty(&pool->drawn))
        return g_queue_pop_head(&pool->drawn);
    tickets = mg_ticket_draw_many(mg_desk_open(pool->desk), n_tickets, error);
    mg_desk_close(pool->desk);
    for (guint i = 0; tickets != NULL && i < n_tickets; i++)
        g_queue_push_tail(&pool->drawn, tickets[i]);
    pool->n_expected = 0;
    return g_queue_pop_head(&pool->drawn);
}

static gchar *peek(MgTicketPool *pool, GError **error)
{
    gchar *ticket = mg_ticket_peek(mg_desk_open(pool->desk), error);

    mg_desk_close(pool->desk);
    return ticket;
}

gchar *mg_ticket_source_draw(MgTicketSource *source, GError **error)
{
    switch (source->pool->purpose) {
    case MG_PURPOSE_PREVIEW:
        return make_placeholder(source->now);
    case MG_PURPOSE_DRY_RUN:
        return peek(source->pool, error);
    case MG_PURPOSE_SEND:
    default:
        return draw(source->pool, source->n_given, error);
    }
}

gchar *mg_ticket_source_next(MgTicketSource *source, GError **error)
{
    source->n_given++;
    return source->own != NULL ? g_strdup(source->own) : mg_ticket_source_draw(source, error);
}
