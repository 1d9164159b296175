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

/* Takes `file`, NULL where there was no memory for it. */
static gboolean add_file(zip_t *archive, const gchar *name, zip_source_t *file, gint64 time_us)
{
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

static zip_t *open_in(zip_source_t *target, GError **error)
{
    zip_error_t reason;
    zip_t *archive;

    zip_error_init(&reason);
    archive = target != NULL ? zip_open_from_source(target, ZIP_TRUNCATE, &reason) : NULL;
    if (archive == NULL)
        fail(&reason, error);
    zip_error_fini(&reason);
    return archive;
}

GBytes *mg_zip_pack(const gchar *name, const gchar *content, gsize size, gint64 time_us,
                    GError **error)
{
    g_autoptr(zip_source_t) target = NULL;
    g_autoptr(zip_t) archive = NULL;

    if (!check_name(name, error))
        return NULL;
    target = zip_source_buffer_create(NULL, 0, 0, NULL);
    archive = open_in(target, error);
    if (archive == NULL)
        return NULL;
    zip_source_keep(target); /* the archive has a claim of its own, which it gives up with itself */
    if (!add_file(archive, name, zip_source_buffer(archive, content, size, 0), time_us) ||
        zip_close(archive) != 0) {
        fail(zip_get_error(archive), error);
        return NULL;
    }
    archive = NULL;
    return read_whole(target, error);
}

/* Of what comes a stretch after the other */

/* So many bytes say something about those behind them. */
#define TELLING 100000

typedef struct {
    const MgZipContent *content;
    zip_source_t *target;
    gsize most;
    const gchar *bytes; /* what libzip has not taken yet of the last stretch */
    gsize n_bytes;
    gsize n_taken; /* in all */
    gsize n_made;  /* when it was found to be too much */
    GError *failure;
} Stream;

static gboolean is_too_much(Stream *stream)
{
    zip_int64_t made = zip_source_tell_write(stream->target);

    if (stream->n_taken < TELLING || made <= 0 || (gsize)made <= stream->most)
        return FALSE;
    stream->n_made = (gsize)made;
    return TRUE;
}

static zip_int64_t read_some(Stream *stream, gpointer buffer, zip_uint64_t room)
{
    gsize n;

    if (is_too_much(stream))
        return -1;
    if (stream->n_bytes == 0 && !stream->content->next(stream->content->data, &stream->bytes,
                                                       &stream->n_bytes, &stream->failure))
        return -1;
    n = MIN(stream->n_bytes, (gsize)room);
    memcpy(buffer, stream->bytes, n);
    stream->bytes += n;
    stream->n_bytes -= n;
    stream->n_taken += n;
    return (zip_int64_t)n;
}

static zip_int64_t tell(const Stream *stream, gpointer buffer, zip_uint64_t room)
{
    zip_stat_t *status = buffer;

    if (room < sizeof *status)
        return -1;
    zip_stat_init(status);
    status->size = stream->content->size;
    status->valid = ZIP_STAT_SIZE;
    return sizeof *status;
}

/* Its only failure is told beside it; libzip wants one of its own all the same. */
static zip_int64_t tell_failure(gpointer buffer, zip_uint64_t room)
{
    const gint codes[] = {ZIP_ER_READ, 0};

    if (room < sizeof codes)
        return -1;
    memcpy(buffer, codes, sizeof codes);
    return sizeof codes;
}

static zip_int64_t serve(gpointer data, gpointer buffer, zip_uint64_t room,
                         zip_source_cmd_t command)
{
    Stream *stream = data;

    switch (command) {
    case ZIP_SOURCE_SUPPORTS:
        return zip_source_make_command_bitmap(ZIP_SOURCE_OPEN, ZIP_SOURCE_READ, ZIP_SOURCE_CLOSE,
                                              ZIP_SOURCE_STAT, ZIP_SOURCE_ERROR, ZIP_SOURCE_FREE,
                                              -1);
    case ZIP_SOURCE_READ:
        return read_some(stream, buffer, room);
    case ZIP_SOURCE_STAT:
        return tell(stream, buffer, room);
    case ZIP_SOURCE_ERROR:
        return tell_failure(buffer, room);
    case ZIP_SOURCE_OPEN:
    case ZIP_SOURCE_CLOSE:
    case ZIP_SOURCE_FREE:
        return 0;
    default:
        return -1;
    }
}

/* FALSE without error: too much. */
static gboolean pack(Stream *stream, const gchar *name, gint64 time_us, GError **error)
{
    g_autoptr(zip_t) archive = open_in(stream->target, error);

    if (archive == NULL)
        return FALSE;
    zip_source_keep(stream->target);
    if (add_file(archive, name, zip_source_function(archive, serve, stream), time_us) &&
        zip_close(archive) == 0) {
        archive = NULL;
        return TRUE;
    }
    if (stream->failure != NULL)
        g_propagate_error(error, g_steal_pointer(&stream->failure));
    else if (stream->n_made == 0)
        fail(zip_get_error(archive), error);
    return FALSE;
}

/* What was made of what was taken, of all of it. */
static gsize estimate_size(const Stream *stream)
{
    gdouble share = (gdouble)MAX(stream->n_taken, 1) / (gdouble)MAX(stream->content->size, 1);

    return MAX((gsize)((gdouble)stream->n_made / MIN(share, 1)), stream->most + 1);
}

GBytes *mg_zip_pack_content(const gchar *name, const MgZipContent *content, gint64 time_us,
                            gsize most, gsize *estimate, GError **error)
{
    g_autoptr(zip_source_t) target = NULL;
    g_autoptr(GBytes) bytes = NULL;
    Stream stream = {.content = content, .most = most};

    if (!check_name(name, error))
        return NULL;
    stream.target = target = zip_source_buffer_create(NULL, 0, 0, NULL);
    if (!pack(&stream, name, time_us, error)) {
        if (estimate != NULL)
            *estimate = estimate_size(&stream);
        return NULL;
    }
    bytes = read_whole(target, error);
    if (bytes == NULL || g_bytes_get_size(bytes) <= most)
        return g_steal_pointer(&bytes);
    if (estimate != NULL)
        *estimate = g_bytes_get_size(bytes);
    return NULL;
}
