/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "smtp/greeting.h"

#include <arpa/inet.h>
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

static struct addrinfo *look_up(const gchar *name)
{
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;

    hints.ai_flags = AI_CANONNAME;
    return getaddrinfo(name, NULL, &hints, &found) == 0 ? found : NULL;
}

static gchar *literal(const struct addrinfo *address)
{
    gchar text[INET6_ADDRSTRLEN] = "127.0.0.1";

    if (address != NULL && address->ai_family == AF_INET)
        inet_ntop(AF_INET, &((const struct sockaddr_in *)address->ai_addr)->sin_addr, text,
                  sizeof text);
    if (address != NULL && address->ai_family == AF_INET6) {
        inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)address->ai_addr)->sin6_addr, text,
                  sizeof text);
        return g_strdup_printf("[IPv6:%s]", text);
    }
    return g_strdup_printf("[%s]", text);
}

static gpointer find_name(gpointer unused)
{
    gchar host[256] = "";
    struct addrinfo *found;
    gchar *name;

    if (gethostname(host, sizeof host - 1) != 0)
        return literal(NULL);
    if (mg_greeting_is_qualified(host))
        return g_strdup(host);
    found = look_up(host);
    if (found == NULL)
        return literal(NULL);
    if (found->ai_canonname != NULL && mg_greeting_is_qualified(found->ai_canonname))
        name = g_strdup(found->ai_canonname);
    else
        name = literal(found);
    freeaddrinfo(found);
    return name;
}

const gchar *mg_greeting_name(void)
{
    static GOnce once = G_ONCE_INIT;

    return g_once(&once, find_name, NULL);
}
