/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "archive/zip.h"

#include "base/error.h"

#include <string.h>
#include <time.h>
#include <zip.h>

#define NAME_LIMIT 200 /* bytes */
#define LEVEL 9

G_DEFINE_AUTOPTR_CLEANUP_FUNC(zip_t, zip_discard)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(zip_source_t, zip_source_free)

static gboolean check_name(const gchar *name, GError **error)
{
    g_autofree gchar *quoted = mg_error_quote(name);
    gboolean fits = *name != '\0' && strlen(name) <= NAME_LIMIT && !g_str_equal(name, ".") &&
                    !g_str_equal(name, "..") && g_utf8_validate(name, -1, NULL);

    for (const gchar *at = name; fits && *at != '\0'; at = g_utf8_next_char(at))
        fits = strchr("/\\:", *at) == NULL && !g_unichar_iscntrl(g_utf8_get_char(at));
    if (!fits)
        g_set_error(error, MG_ERROR, MG_ERROR_GROUP, "%s cannot name a file in an archive", quoted);
    return fits;
}

static gboolean fail(zip_error_t *reason, GError **error)
{
    g_set_error(error, MG_ERROR, MG_ERROR_RUN, "cannot make the archive: %s",
                zip_error_strerror(reason));
    return FALSE;
}

/* MS-DOS date and time. libzip would ask localtime(), which is not for threads. */
static void to_dos(gint64 time_us, zip_uint16_t *dos_time, zip_uint16_t *dos_date)
{
    time_t seconds = (time_t)(time_us / G_USEC_PER_SEC);
    struct tm local;

    localtime_r(&seconds, &local);
    *dos_time = (zip_uint16_t)((local.tm_hour << 11) + (local.tm_min << 5) + local.tm_sec / 2);
    *dos_date = (zip_uint16_t)((CLAMP(local.tm_year - 80, 0, 127) << 9) +
                               ((local.tm_mon + 1) << 5) + local.tm_mday);
}

static gboolean add_file(zip_t *archive, const gchar *name, const gchar *content, gsize size,
                         gint64 time_us)
{
    zip_source_t *file = zip_source_buffer(archive, content, size, 0);
    zip_int64_t index;
    zip_uint16_t dos_time;
    zip_uint16_t dos_date;

    if (file == NULL)
        return FALSE;
    index = zip_file_add(archive, name, file, ZIP_FL_ENC_UTF_8);
    if (index < 0) {
        zip_source_free(file);
        return FALSE;
    }
    to_dos(time_us, &dos_time, &dos_date);
    return zip_set_file_compression(archive, (zip_uint64_t)index, ZIP_CM_DEFLATE, LEVEL) == 0 &&
           zip_file_set_dostime(archive, (zip_uint64_t)index, dos_time, dos_date, 0) == 0;
}

static GBytes *read_whole(zip_source_t *source, GError **error)
{
    zip_stat_t status;
    g_autofree guchar *bytes = NULL;
    zip_int64_t got;

    if (zip_source_stat(source, &status) != 0 || zip_source_open(source) != 0) {
        fail(zip_source_error(source), error);
        return NULL;
    }
    bytes = g_malloc(status.size);
    got = zip_source_read(source, bytes, status.size);
    if (got < 0 || (zip_uint64_t)got != status.size) {
        fail(zip_source_error(source), error);
        zip_source_close(source);
        return NULL;
    }
    zip_source_close(source);
    return g_bytes_new_take(g_steal_pointer(&bytes), status.size);
}

GBytes *mg_zip_pack(const gchar *name, const gchar *content, gsize size, gint64 time_us,
                    GError **error)
{
    zip_error_t reason;
    g_autoptr(zip_source_t) target = NULL;
    g_autoptr(zip_t) archive = NULL;

    if (!check_name(name, error))
        return NULL;
    zip_error_init(&reason);
    target = zip_source_buffer_create(NULL, 0, 0, &reason);
    archive = target != NULL ? zip_open_from_source(target, ZIP_TRUNCATE, &reason) : NULL;
    if (archive == NULL) {
        fail(&reason, error);
        zip_error_fini(&reason);
        return NULL;
    }
    zip_source_keep(target); /* the archive has a claim of its own, which it gives up with itself */
    if (!add_file(archive, name, content, size, time_us) || zip_close(archive) != 0) {
        fail(zip_get_error(archive), error);
        return NULL;
    }
    archive = NULL;
    return read_whole(target, error);
}
