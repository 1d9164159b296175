/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "smtp/turn.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <stddef.h>
#include <sys/socket.h>

#define UNKNOWN (-1)
#define TCP_INFO_CLOSE_WAIT                                                                        \
    8 /* TCP_CLOSE_WAIT of <netinet/tcp.h>, which cannot be had beside <linux/tcp.h> */

/* Bytes that came in on the connection, read or not. The end of the stream is counted too where it
 * comes just now: the kernel looks at the state first, and counts then. */
static gint64 count_roughly(gint fd)
{
    struct tcp_info info = {0};
    socklen_t length = sizeof info;
    const socklen_t wanted = offsetof(struct tcp_info, tcpi_bytes_received) + sizeof(__u64);

    if (fd < 0 || getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length) != 0 || length < wanted)
        return UNKNOWN;
    return (gint64)info.tcpi_bytes_received - (info.tcpi_state == TCP_INFO_CLOSE_WAIT ? 1 : 0);
}

/* Bytes that came in, and not the end of the stream. Who is told of more than the `expected` looks
 * again, by then the state is known. */
static gint64 count_received(gint fd, gint64 expected)
{
    gint64 count = count_roughly(fd);

    return count > expected ? count_roughly(fd) : count;
}

void mg_turn_begin(MgTurn *turn)
{
    *turn = (MgTurn){.before = UNKNOWN};
}

void mg_turn_hear(MgTurn *turn, gsize length)
{
    turn->heard += (gint64)length;
}

gboolean mg_turn_pass(MgTurn *turn, gint fd, gboolean is_secured)
{
    turn->before = count_received(fd, turn->heard);
    return is_secured || turn->before <= turn->heard;
}

gboolean mg_turn_is_silent(const MgTurn *turn, gint fd)
{
    return turn->before != UNKNOWN && count_received(fd, turn->before) == turn->before;
}
