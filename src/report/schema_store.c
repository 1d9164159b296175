/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "report/schema_store.h"

#include "base/error.h"
#include "document/tree.h"

#include <string.h>
#include <sys/stat.h>

#define FILE_SIZE_LIMIT (1024 * 1024) /* the largest that are in use have 4 kB */

struct MgSchemaStore {
    gchar *directory; /* (nullable) */
    GMutex lock;      /* of `schemas` */
    GHashTable *schemas;
};

static void free_schema(gpointer schema)
{
    mg_x_arf_schema_free(schema);
}

MgSchemaStore *mg_schema_store_new(const gchar *directory)
{
    MgSchemaStore *store = g_new0(MgSchemaStore, 1);

    store->directory = directory != NULL && *directory != '\0' ? g_strdup(directory) : NULL;
    g_mutex_init(&store->lock);
    store->schemas = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_schema);
    return store;
}

void mg_schema_store_free(MgSchemaStore *store)
{
    if (store == NULL)
        return;
    g_free(store->directory);
    g_mutex_clear(&store->lock);
    g_hash_table_unref(store->schemas);
    g_free(store);
}

gchar *mg_schema_store_file_name(const gchar *url)
{
    g_autofree gchar *path = g_strndup(url, strcspn(url, "?#"));
    const gchar *slash = strrchr(path, '/');
    const gchar *name = slash != NULL ? slash + 1 : path;

    for (const gchar *at = name; *at != '\0'; at++)
        if (g_ascii_iscntrl(*at) || *at == '\\')
            return NULL;
    if (*name == '\0' || *name == '.' || strlen(name) > 255)
        return NULL;
    return g_strdup(name);
}

/* MG_ERROR_SETUP listing what is wrong in the file. */
static MgXArfSchema *parse(const gchar *path, const gchar *text, gsize length, GError **error)
{
    g_autoptr(MgComplaints) complaints = mg_complaints_new(path);
    g_autoptr(MgTree) tree = mg_tree_read(MG_DIALECT_JSON, text, length, complaints);
    MgXArfSchema *schema = tree->root != NULL && mg_complaints_is_empty(complaints)
                               ? mg_x_arf_read_schema(tree->root, complaints)
                               : NULL;

    if (schema == NULL)
        mg_complaints_set_error(complaints, error);
    return schema;
}

static gboolean read_file(const gchar *path, gchar **text, gsize *length, GError **error)
{
    struct stat info;

    if (stat(path, &info) == 0 && (!S_ISREG(info.st_mode) || info.st_size > FILE_SIZE_LIMIT)) {
        g_set_error(error, MG_ERROR, MG_ERROR_GROUP, "it is no regular file of at most %d bytes",
                    FILE_SIZE_LIMIT);
        return FALSE;
    }
    return g_file_get_contents(path, text, length, error);
}

static MgXArfSchema *read_schema(const gchar *path, const gchar *url, GError **error)
{
    g_autofree gchar *quoted_path = mg_error_quote(path);
    g_autofree gchar *quoted_url = mg_error_quote(url);
    g_autofree gchar *text = NULL;
    g_autoptr(GError) failure = NULL;
    gsize length = 0;
    MgXArfSchema *schema = NULL;

    if (!read_file(path, &text, &length, &failure)) {
        g_set_error(error, MG_ERROR, MG_ERROR_GROUP, "the schema %s cannot be read from %s: %s",
                    quoted_url, quoted_path, failure->message);
        return NULL;
    }
    schema = parse(path, text, length, &failure);
    if (schema == NULL)
        g_set_error(error, MG_ERROR, MG_ERROR_GROUP,
                    "%s, which should be the schema %s, is no schema: %s", quoted_path, quoted_url,
                    failure->message);
    return schema;
}

static void set_missing(const MgSchemaStore *store, const gchar *url, const gchar *name,
                        GError **error)
{
    g_autofree gchar *quoted_url = mg_error_quote(url);
    g_autofree gchar *quoted_name = mg_error_quote(name);
    g_autofree gchar *quoted_directory = mg_error_quote(store->directory);

    if (store->directory != NULL)
        g_set_error(error, MG_ERROR, MG_ERROR_GROUP,
                    "there is no schema %s: neither is there a file %s in the directory %s "
                    "(xarf_schemacache), nor is it one of those that are shipped",
                    quoted_url, quoted_name, quoted_directory);
    else
        g_set_error(error, MG_ERROR, MG_ERROR_GROUP,
                    "there is no schema %s: %s is none of those that are shipped, and the "
                    "configuration names no directory for others (xarf_schemacache)",
                    quoted_url, quoted_name);
}

/* With the lock held. */
static const MgXArfSchema *find(MgSchemaStore *store, const gchar *name, const gchar *url,
                                GError **error)
{
    const MgXArfSchema *known = g_hash_table_lookup(store->schemas, name);
    g_autofree gchar *path =
        store->directory != NULL ? g_build_filename(store->directory, name, NULL) : NULL;
    MgXArfSchema *schema = NULL;

    if (known != NULL)
        return known;
    if (path != NULL && g_file_test(path, G_FILE_TEST_EXISTS)) {
        schema = read_schema(path, url, error);
        if (schema != NULL)
            g_hash_table_insert(store->schemas, g_strdup(name), schema);
        return schema;
    }
    known = mg_x_arf_shipped_schema(name);
    if (known == NULL)
        set_missing(store, url, name, error);
    return known;
}

const MgXArfSchema *mg_schema_store_get(MgSchemaStore *store, const gchar *url, GError **error)
{
    g_autofree gchar *name = mg_schema_store_file_name(url);
    g_autofree gchar *quoted = mg_error_quote(url);
    const MgXArfSchema *schema = NULL;

    if (name == NULL) {
        g_set_error(error, MG_ERROR, MG_ERROR_GROUP,
                    "the address of a schema, %s, does not end with the name of a file", quoted);
        return NULL;
    }
    g_mutex_lock(&store->lock);
    schema = find(store, name, url, error);
    g_mutex_unlock(&store->lock);
    return schema;
}
