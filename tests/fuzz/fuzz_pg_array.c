/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Arrays in PostgreSQL's binary format: the server is trusted, its bytes are bounds-checked all the
 * same.
 */
#include "database/pg_array.h"

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const gchar *bytes = (const gchar *)data;
    g_autoptr(MgPairs) pairs = mg_pairs_new();
    gsize n_ids = 0;
    g_autofree gint64 *ids = mg_pg_array_read_ids(bytes, size, &n_ids);
    g_auto(GStrv) texts = mg_pg_array_read_texts(bytes, size);

    if (ids != NULL)
        g_free(mg_pg_array_format_ids(ids, n_ids));
    mg_pg_array_read_pairs(bytes, size, pairs);
    if (texts != NULL)
        g_free(mg_pg_array_format_texts((const gchar *const *)texts));
    return 0;
}
