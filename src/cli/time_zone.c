/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "cli/time_zone.h"

#define MG_LOGGER "intelmqmail.cb"
#include "base/error.h"
#include "base/log.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ZONES "/usr/share/zoneinfo"
#define MAGIC "TZif"

/* A name that is no file may be a rule, such as CET-1CEST, and all libraries cope with one that is
 * neither. */
static gboolean is_wrong_file(const gchar *path)
{
    gint file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    gchar start[sizeof MAGIC] = "";
    struct stat status;
    gboolean is_zone;

    if (file < 0)
        return FALSE;
    is_zone = fstat(file, &status) == 0 && S_ISREG(status.st_mode) &&
              read(file, start, strlen(MAGIC)) == (gssize)strlen(MAGIC) &&
              g_str_equal(start, MAGIC);
    close(file);
    return !is_zone;
}

void mg_time_zone_secure(void)
{
    const gchar *name = g_getenv("TZ");
    g_autofree gchar *path = NULL;
    g_autofree gchar *quoted = NULL;

    if (name == NULL || *name == '\0')
        return;
    name += *name == ':' ? 1 : 0;
    path = g_path_is_absolute(name) ? g_strdup(name) : g_build_filename(ZONES, name, NULL);
    if (!is_wrong_file(path))
        return;
    quoted = mg_error_quote(name);
    g_setenv("TZ", "UTC", TRUE);
    mg_log_warning("the environment variable TZ names no time zone, times are in UTC: %s", quoted);
}
