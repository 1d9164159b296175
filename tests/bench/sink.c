/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * A mail server that takes everything and keeps nothing, fast enough to be no part of what is
 * measured: one thread, epoll, no allocation per mail.
 *
 *     sink --port-file FILE [--port N] [--delay-ms N] [--delay-each-ms N]
 *
 * Writes its port into FILE once it listens. With --delay-ms the answer to the final dot comes that
 * much later, as from a server that scans or syncs; with --delay-each-ms every answer, as from one
 * that is far away. Ends on SIGTERM or SIGINT and prints one line:
 *
 *     {"mails": 1000, "recipients": 1000, "bytes": 2345678, "connections": 4, "cpu_seconds": 0.081}
 *
 * `bytes` counts the text of the mails as it came over the wire.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define LINE_SIZE 1024
#define CHUNK_SIZE (256 * 1024)

static const char end_of_text[] = "\r\n.\r\n";

struct client {
    int fd;
    int in_text;      /* between 354 and the final dot */
    int matched;      /* bytes of end_of_text seen so far */
    size_t line_size; /* of the command that is coming in */
    char line[LINE_SIZE];
    char owed[64];       /* the answer, which goes out when it is due */
    int64_t due;         /* microseconds */
    struct client *next; /* owed an answer: in order of `due`, as the delay is one for all */
};

static struct {
    uint64_t mails, recipients, bytes, connections;
} totals;

static struct client *first_owed, *last_owed;
static int64_t delay_us;
static int delays_each;
static char chunk[CHUNK_SIZE];

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static int64_t now_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* Answers are short and the socket's buffer is empty: what does not fit is a client gone wrong. */
static int say_now(struct client *client, const char *text)
{
    size_t length = strlen(text);

    return send(client->fd, text, length, MSG_NOSIGNAL) == (ssize_t)length;
}

static int say_later(struct client *client, const char *text)
{
    snprintf(client->owed, sizeof client->owed, "%s", text);
    client->due = now_us() + delay_us;
    client->next = NULL;
    if (last_owed != NULL)
        last_owed->next = client;
    else
        first_owed = client;
    last_owed = client;
    return 1;
}

static int say(struct client *client, const char *text)
{
    return delays_each ? say_later(client, text) : say_now(client, text);
}

static int end_mail(struct client *client)
{
    char answer[sizeof client->owed];

    client->in_text = 0;
    client->matched = 0;
    totals.mails++;
    snprintf(answer, sizeof answer, "250 2.0.0 Ok: queued as S%010" PRIu64 "\r\n", totals.mails);
    return delay_us == 0 ? say_now(client, answer) : say_later(client, answer);
}

/* 0: the connection is to be closed. */
static int obey(struct client *client)
{
    const char *line = client->line;

    if (strncasecmp(line, "MAIL", 4) == 0)
        return say(client, "250 2.1.0 Ok\r\n");
    if (strncasecmp(line, "RCPT", 4) == 0) {
        totals.recipients++;
        return say(client, "250 2.1.5 Ok\r\n");
    }
    if (strncasecmp(line, "DATA", 4) == 0) {
        client->in_text = 1;
        client->matched = 2; /* the command's own line end counts */
        return say(client, "354 go on\r\n");
    }
    if (strncasecmp(line, "EHLO", 4) == 0)
        return say(client, "250-sink\r\n250-8BITMIME\r\n250 SIZE 104857600\r\n");
    if (strncasecmp(line, "HELO", 4) == 0 || strncasecmp(line, "RSET", 4) == 0 ||
        strncasecmp(line, "NOOP", 4) == 0)
        return say(client, "250 2.0.0 Ok\r\n");
    if (strncasecmp(line, "QUIT", 4) == 0) {
        say_now(client, "221 2.0.0 Bye\r\n");
        return 0;
    }
    return say(client, "500 5.5.2 what?\r\n");
}

/* The number of bytes up to and with the final dot, or all. A line end can only begin with CR, so
 * memchr() skips what lies between. */
static size_t take_text(struct client *client, const char *bytes, size_t length)
{
    size_t i = 0;

    while (i < length) {
        if (client->matched == 0) {
            const char *cr = memchr(bytes + i, '\r', length - i);
            if (cr == NULL)
                return length;
            i = (size_t)(cr - bytes) + 1;
            client->matched = 1;
            continue;
        }
        if (bytes[i] == end_of_text[client->matched]) {
            i++;
            if (++client->matched == (int)sizeof end_of_text - 1)
                return i;
        } else {
            client->matched = 0;
        }
    }
    return length;
}

static size_t take_line(struct client *client, const char *bytes, size_t length, int *alive)
{
    const char *feed = memchr(bytes, '\n', length);
    size_t taken = feed != NULL ? (size_t)(feed - bytes) + 1 : length;
    size_t room = LINE_SIZE - 1 - client->line_size;
    size_t kept = taken < room ? taken : room;

    memcpy(client->line + client->line_size, bytes, kept);
    client->line_size += kept;
    if (feed != NULL) {
        client->line[client->line_size] = '\0';
        *alive = obey(client);
        client->line_size = 0;
    }
    return taken;
}

static int take(struct client *client, const char *bytes, size_t length)
{
    int alive = 1;

    while (length > 0 && alive) {
        size_t taken;
        if (client->in_text) {
            taken = take_text(client, bytes, length);
            totals.bytes += taken;
            if (client->matched == (int)sizeof end_of_text - 1)
                alive = end_mail(client);
        } else {
            taken = take_line(client, bytes, length, &alive);
        }
        bytes += taken;
        length -= taken;
    }
    return alive;
}

static void forget_owed(struct client *client)
{
    struct client **link = &first_owed;
    struct client *before = NULL;

    while (*link != NULL && *link != client) {
        before = *link;
        link = &(*link)->next;
    }
    if (*link == NULL)
        return;
    *link = client->next;
    if (last_owed == client)
        last_owed = before;
}

static void drop(struct client *client)
{
    forget_owed(client);
    close(client->fd);
    free(client);
}

static void serve(struct client *client)
{
    ssize_t length = read(client->fd, chunk, sizeof chunk);

    if (length < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (length <= 0 || !take(client, chunk, (size_t)length))
        drop(client);
}

static void greet(int epoll, int listener)
{
    struct epoll_event event = {.events = EPOLLIN};
    int one = 1;
    struct client *client;
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

    if (fd < 0)
        return;
    client = calloc(1, sizeof *client);
    if (client == NULL)
        die("calloc");
    client->fd = fd;
    totals.connections++;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    event.data.ptr = client;
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) != 0)
        die("epoll_ctl");
    if (!say(client, "220 sink ESMTP\r\n"))
        drop(client);
}

/* Gives the answers that are due; the milliseconds until the next one, -1 where none is owed. */
static int pay(void)
{
    int64_t now = first_owed != NULL ? now_us() : 0;

    while (first_owed != NULL && first_owed->due <= now) {
        struct client *client = first_owed;
        forget_owed(client);
        if (!say_now(client, client->owed))
            drop(client);
    }
    return first_owed != NULL ? (int)((first_owed->due - now + 999) / 1000) : -1;
}

static int listen_on(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) != 0 ||
        listen(fd, 512) != 0)
        die("listen");
    return fd;
}

/* The file is there whole or not at all: who waits for it may read at once. */
static void tell_port(int listener, const char *path)
{
    struct sockaddr_in address;
    socklen_t size = sizeof address;
    char temporary[4096];
    FILE *file;

    snprintf(temporary, sizeof temporary, "%s.%d", path, (int)getpid());
    file = fopen(temporary, "w");
    if (file == NULL || getsockname(listener, (struct sockaddr *)&address, &size) != 0)
        die(path);
    fprintf(file, "%u\n", (unsigned)ntohs(address.sin_port));
    if (fclose(file) != 0 || rename(temporary, path) != 0)
        die(path);
}

static int catch_signals(void)
{
    sigset_t wanted;

    sigemptyset(&wanted);
    sigaddset(&wanted, SIGTERM);
    sigaddset(&wanted, SIGINT);
    sigprocmask(SIG_BLOCK, &wanted, NULL);
    return signalfd(-1, &wanted, SFD_CLOEXEC);
}

static void report(void)
{
    struct rusage usage;
    double cpu;

    getrusage(RUSAGE_SELF, &usage);
    cpu = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
          (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
    printf("{\"mails\": %" PRIu64 ", \"recipients\": %" PRIu64 ", \"bytes\": %" PRIu64
           ", \"connections\": %" PRIu64 ", \"cpu_seconds\": %.3f}\n",
           totals.mails, totals.recipients, totals.bytes, totals.connections, cpu);
}

static void run(int listener)
{
    static int listener_mark, signal_mark;
    struct epoll_event events[64];
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = &listener_mark};
    int epoll = epoll_create1(EPOLL_CLOEXEC);

    if (epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event) != 0)
        die("epoll_ctl");
    event.data.ptr = &signal_mark;
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, catch_signals(), &event) != 0)
        die("epoll_ctl");
    for (;;) {
        int wait = pay();
        int ready = epoll_wait(epoll, events, 64, wait);
        for (int i = 0; i < ready; i++) {
            if (events[i].data.ptr == &signal_mark)
                return;
            if (events[i].data.ptr == &listener_mark)
                greet(epoll, listener);
            else
                serve(events[i].data.ptr);
        }
    }
}

int main(int argc, char *argv[])
{
    const char *port_file = NULL;
    int port = 0;
    int listener;

    for (int i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--port-file") == 0)
            port_file = argv[i + 1];
        else if (strcmp(argv[i], "--port") == 0)
            port = atoi(argv[i + 1]);
        else if (strcmp(argv[i], "--delay-ms") == 0)
            delay_us = (int64_t)atoi(argv[i + 1]) * 1000;
        else if (strcmp(argv[i], "--delay-each-ms") == 0) {
            delay_us = (int64_t)atoi(argv[i + 1]) * 1000;
            delays_each = 1;
        }
    }
    if (port_file == NULL) {
        fprintf(stderr,
                "usage: sink --port-file FILE [--port N] [--delay-ms N] [--delay-each-ms N]\n");
        return 2;
    }
    listener = listen_on(port);
    tell_port(listener, port_file);
    run(listener);
    report();
    return 0;
}
