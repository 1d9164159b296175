/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "smtp/greeting.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netdb.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

gboolean mg_greeting_is_qualified(const gchar *name)
{
    gsize length = strlen(name);

    if (length == 0 || length > 253 || name[0] == '.' || name[0] == '-' ||
        strchr(name, '.') == NULL || g_str_has_prefix(name, "localhost"))
        return FALSE;
    for (gsize i = 0; i < length; i++)
        if (!g_ascii_isalnum(name[i]) && name[i] != '.' && name[i] != '-' && name[i] != '_')
            return FALSE;
    return TRUE;
}

static gboolean is_loopback(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET) {
        const struct sockaddr_in *v4 = (const struct sockaddr_in *)address;
        return ntohl(v4->sin_addr.s_addr) >> 24 == 127;
    }
    return IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)address)->sin6_addr);
}

static gchar *literal(const struct sockaddr *address)
{
    gchar text[INET6_ADDRSTRLEN] = "127.0.0.1";

    if (address->sa_family == AF_INET) {
        inet_ntop(AF_INET, &((const struct sockaddr_in *)address)->sin_addr, text, sizeof text);
        return g_strdup_printf("[%s]", text);
    }
    inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)address)->sin6_addr, text, sizeof text);
    return g_strdup_printf("[IPv6:%s]", text);
}

/* The address of the first interface that leads elsewhere, IPv4 before IPv6. */
static gchar *find_literal(void)
{
    static const gint families[] = {AF_INET, AF_INET6};
    struct ifaddrs *all = NULL;
    gchar *found = NULL;

    if (getifaddrs(&all) != 0)
        return g_strdup("[127.0.0.1]");
    for (gsize i = 0; i < G_N_ELEMENTS(families); i++)
        for (const struct ifaddrs *one = all; one != NULL && found == NULL; one = one->ifa_next)
            if (one->ifa_addr != NULL && one->ifa_addr->sa_family == families[i] &&
                !is_loopback(one->ifa_addr))
                found = literal(one->ifa_addr);
    freeifaddrs(all);
    return found != NULL ? found : g_strdup("[127.0.0.1]");
}

static gchar *canonical_name(const gchar *host)
{
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    gchar *name;

    hints.ai_flags = AI_CANONNAME;
    if (getaddrinfo(host, NULL, &hints, &found) != 0)
        return NULL;
    name = g_strdup(found->ai_canonname);
    freeaddrinfo(found);
    return name;
}

static gpointer find_name(gpointer unused)
{
    gchar host[256] = "";
    g_autofree gchar *name = NULL;

    if (gethostname(host, sizeof host - 1) != 0)
        return find_literal();
    if (mg_greeting_is_qualified(host))
        return g_strdup(host);
    name = canonical_name(host);
    if (name != NULL && mg_greeting_is_qualified(name))
        return g_steal_pointer(&name);
    return find_literal();
}

const gchar *mg_greeting_name(void)
{
    static GOnce once = G_ONCE_INIT;

    return g_once(&once, find_name, NULL);
}
