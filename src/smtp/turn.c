/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "smtp/turn.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <stddef.h>
#include <sys/socket.h>

#define UNKNOWN (-1)
/* TCP_CLOSE and TCP_CLOSE_WAIT of <netinet/tcp.h>, which cannot be had beside <linux/tcp.h>. */
#define TCP_INFO_CLOSE 7
#define TCP_INFO_CLOSE_WAIT 8

/* Bytes that came in on the connection, read or not. The end of the stream counts as one, and by
 * the state it is seen whether it came, but for two cases: where it comes just now, since the
 * kernel looks at the state first; and where a reset came, perhaps behind it: then it is taken for
 * the one byte that is not `expected`. */
static gint64 count_once(gint fd, gint64 expected)
{
    struct tcp_info info = {0};
    socklen_t length = sizeof info;
    const socklen_t wanted = offsetof(struct tcp_info, tcpi_bytes_received) + sizeof(__u64);
    gint64 count;

    if (fd < 0 || getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length) != 0 || length < wanted)
        return UNKNOWN;
    count = (gint64)info.tcpi_bytes_received;
    if (info.tcpi_state == TCP_INFO_CLOSE_WAIT ||
        (info.tcpi_state == TCP_INFO_CLOSE && count == expected + 1))
        count--;
    return count;
}

/* Without the end of the stream. Who is told of one more than the `expected` looks again, by then
 * the state is known. */
static gint64 count_received(gint fd, gint64 expected)
{
    gint64 count = count_once(fd, expected);

    return count == expected + 1 ? count_once(fd, expected) : count;
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
