/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "render/csv_rows.h"

#include "base/error.h"

#include <string.h>

/* Rows that come and go together. */
typedef struct {
    gsize first; /* row */
    gsize n_rows;
    GString *text; /* (nullable): not kept */
} Piece;

struct MgCsvRows {
    const MgTable *table;
    MgFormulas formulas;
    GString *titles;
    GArray *ends; /* of gsize: where in the whole CSV the header row and each row end */
    GArray *ids;  /* of gint64 */
    GArray *pieces;
    MgCsvLoad load; /* (nullable): all is kept */
    gpointer load_data;
    gsize most_kept;
    gsize n_kept;     /* bytes */
    GString *passing; /* of the piece that was wanted last, where it is not kept; else empty */
    gsize passing_index;
};

static void clear_piece(gpointer data)
{
    Piece *piece = data;

    if (piece->text != NULL)
        g_string_free(piece->text, TRUE);
}

static MgCsvRows *new_rows(void)
{
    MgCsvRows *rows = g_new0(MgCsvRows, 1);

    rows->titles = g_string_new(NULL);
    rows->ends = g_array_new(FALSE, FALSE, sizeof(gsize));
    rows->ids = g_array_new(FALSE, FALSE, sizeof(gint64));
    rows->pieces = g_array_new(FALSE, TRUE, sizeof(Piece));
    g_array_set_clear_func(rows->pieces, clear_piece);
    rows->passing = g_string_new(NULL);
    rows->passing_index = G_MAXSIZE;
    return rows;
}

MgCsvRows *mg_csv_rows_new(const MgTable *table, MgFormulas formulas)
{
    MgCsvRows *rows = new_rows();

    rows->table = table;
    rows->formulas = formulas;
    mg_csv_append_titles(rows->titles, table, formulas);
    g_array_append_val(rows->ends, rows->titles->len);
    return rows;
}

MgCsvRows *mg_csv_rows_new_of_texts(const gchar *titles)
{
    MgCsvRows *rows = new_rows();

    g_string_append(rows->titles, titles);
    g_array_append_val(rows->ends, rows->titles->len);
    return rows;
}

void mg_csv_rows_free(MgCsvRows *rows)
{
    if (rows == NULL)
        return;
    g_string_free(rows->titles, TRUE);
    g_string_free(rows->passing, TRUE);
    g_array_unref(rows->ends);
    g_array_unref(rows->ids);
    g_array_unref(rows->pieces);
    g_free(rows);
}

/* Sizes */

gsize mg_csv_rows_count(const MgCsvRows *rows)
{
    return rows->ids->len;
}

const gint64 *mg_csv_rows_ids(const MgCsvRows *rows)
{
    return (const gint64 *)rows->ids->data;
}

static gsize end_of(const MgCsvRows *rows, gsize n_rows)
{
    return g_array_index(rows->ends, gsize, n_rows);
}

gsize mg_csv_rows_size(const MgCsvRows *rows, gsize first, gsize n_rows)
{
    return end_of(rows, 0) + end_of(rows, first + n_rows) - end_of(rows, first);
}

/* Adding */

static Piece *piece_at(const MgCsvRows *rows, gsize index)
{
    return &g_array_index(rows->pieces, Piece, index);
}

static Piece *add_piece(MgCsvRows *rows)
{
    gsize first = rows->ids->len;

    g_array_set_size(rows->pieces, rows->pieces->len + 1);
    piece_at(rows, rows->pieces->len - 1)->first = first;
    return piece_at(rows, rows->pieces->len - 1);
}

void mg_csv_rows_add_text(MgCsvRows *rows, gint64 id, const gchar *row)
{
    Piece *piece = rows->pieces->len > 0 ? piece_at(rows, 0) : add_piece(rows);
    gsize end = end_of(rows, rows->ids->len) + strlen(row);

    if (piece->text == NULL)
        piece->text = g_string_new(NULL);
    g_string_append(piece->text, row);
    piece->n_rows++;
    g_array_append_val(rows->ends, end);
    g_array_append_val(rows->ids, id);
}

static gboolean render(const MgCsvRows *rows, const MgEvents *events, GString *text, gsize *ends,
                       GError **error)
{
    return mg_csv_append_rows(text, rows->table, events, 0, events->n_events, rows->formulas, ends,
                              error);
}

/* Takes `text`. */
static gboolean add(MgCsvRows *rows, const MgEvents *events, GString *text, GError **error)
{
    Piece *piece = add_piece(rows);
    gsize before = end_of(rows, piece->first);
    gsize *ends;

    piece->text = text;
    piece->n_rows = events->n_events;
    g_array_set_size(rows->ends, (guint)(piece->first + 1 + piece->n_rows));
    g_array_append_vals(rows->ids, events->ids, (guint)events->n_events);
    ends = &g_array_index(rows->ends, gsize, piece->first + 1);
    if (!render(rows, events, text, ends, error))
        return FALSE;
    for (gsize i = 0; i < piece->n_rows; i++)
        ends[i] += before;
    rows->n_kept += text->len;
    return TRUE;
}

gboolean mg_csv_rows_add(MgCsvRows *rows, const MgEvents *events, GError **error)
{
    return add(rows, events, g_string_new(NULL), error);
}

static void drop(MgCsvRows *rows, Piece *piece)
{
    if (piece->text == NULL)
        return;
    rows->n_kept -= piece->text->len;
    g_string_free(g_steal_pointer(&piece->text), TRUE);
}

static gboolean load_next(MgCsvRows *rows, gsize nth, GError **error)
{
    g_autoptr(MgEvents) events = rows->load(rows->load_data, nth, error);

    if (events == NULL || !add(rows, events, g_string_new(NULL), error))
        return FALSE;
    if (rows->n_kept > rows->most_kept)
        drop(rows, piece_at(rows, nth));
    return TRUE;
}

gboolean mg_csv_rows_load(MgCsvRows *rows, gsize n_pieces, MgCsvLoad load, gpointer data,
                          gsize kept, GError **error)
{
    g_assert(rows->pieces->len == 0);
    rows->load = load;
    rows->load_data = data;
    rows->most_kept = kept;
    for (gsize i = 0; i < n_pieces; i++)
        if (!load_next(rows, i, error))
            return FALSE;
    return TRUE;
}

/* Once more */

/* What was measured is of no use where it is not what goes out. */
static gboolean is_the_same(const MgCsvRows *rows, const Piece *piece, const MgEvents *events,
                            const gsize *ends)
{
    gsize before = end_of(rows, piece->first);

    for (gsize i = 0; i < piece->n_rows; i++)
        if (events->ids[i] != mg_csv_rows_ids(rows)[piece->first + i] ||
            before + ends[i] != end_of(rows, piece->first + i + 1))
            return FALSE;
    return TRUE;
}

static gboolean load_again(MgCsvRows *rows, gsize index, GString *text, GError **error)
{
    const Piece *piece = piece_at(rows, index);
    g_autoptr(MgEvents) events = rows->load(rows->load_data, index, error);
    g_autofree gsize *ends = NULL;

    if (events == NULL)
        return FALSE;
    ends = g_new(gsize, events->n_events);
    if (!render(rows, events, text, ends, error))
        return FALSE;
    if (events->n_events == piece->n_rows && is_the_same(rows, piece, events, ends))
        return TRUE;
    g_set_error(error, MG_ERROR, MG_ERROR_GROUP,
                "events of it were changed or removed while its mails were made");
    return FALSE;
}

/* Reading goes forward: what lies before where it began is wanted no more, but what comes first
 * behind that is wanted with each look at more or less of it. */
static gboolean make_room(MgCsvRows *rows, gsize size, gsize first_wanted)
{
    for (gsize i = 0; i < rows->pieces->len && rows->n_kept + size > rows->most_kept; i++) {
        Piece *piece = piece_at(rows, i);
        if (piece->first + piece->n_rows <= first_wanted)
            drop(rows, piece);
    }
    return rows->n_kept + size <= rows->most_kept;
}

static const GString *text_of(MgCsvRows *rows, gsize index, gsize first_wanted, GError **error)
{
    Piece *piece = piece_at(rows, index);

    if (piece->text != NULL)
        return piece->text;
    if (rows->passing_index == index)
        return rows->passing;
    rows->passing_index = G_MAXSIZE;
    g_string_truncate(rows->passing, 0);
    if (!load_again(rows, index, rows->passing, error))
        return NULL;
    if (!make_room(rows, rows->passing->len, first_wanted)) {
        rows->passing_index = index;
        return rows->passing;
    }
    piece->text = rows->passing;
    rows->n_kept += piece->text->len;
    rows->passing = g_string_new(NULL);
    return piece->text;
}

/* Reading */

MgCsvReader mg_csv_rows_read(MgCsvRows *rows, gsize first, gsize n_rows)
{
    g_assert(first + n_rows <= rows->ids->len);
    return (MgCsvReader){.rows = rows, .first = first, .at = first, .end = first + n_rows};
}

/* Of the piece with that row, which there is. */
static gsize find_piece(const MgCsvRows *rows, gsize row)
{
    gsize low = 0;
    gsize high = rows->pieces->len;

    while (high - low > 1) {
        gsize middle = low + (high - low) / 2;
        if (piece_at(rows, middle)->first <= row)
            low = middle;
        else
            high = middle;
    }
    return low;
}

gboolean mg_csv_rows_next(MgCsvReader *reader, const gchar **text, gsize *size, GError **error)
{
    MgCsvRows *rows = reader->rows;
    gboolean is_begun = reader->is_begun;
    const GString *found;
    gsize index, end, begin;

    reader->is_begun = TRUE;
    *text = rows->titles->str;
    *size = is_begun ? 0 : rows->titles->len;
    if (*size > 0 || reader->at == reader->end)
        return TRUE;
    index = find_piece(rows, reader->at);
    begin = end_of(rows, piece_at(rows, index)->first);
    end = MIN(reader->end, piece_at(rows, index)->first + piece_at(rows, index)->n_rows);
    found = text_of(rows, index, reader->first, error);
    if (found == NULL)
        return FALSE;
    *text = found->str + (end_of(rows, reader->at) - begin);
    *size = end_of(rows, end) - end_of(rows, reader->at);
    reader->at = end;
    return TRUE;
}

gchar *mg_csv_rows_slice(MgCsvRows *rows, gsize first, gsize n_rows, GError **error)
{
    MgCsvReader reader = mg_csv_rows_read(rows, first, n_rows);
    gsize total = mg_csv_rows_size(rows, first, n_rows);
    g_autofree gchar *slice = g_malloc(total + 1);
    gsize at = 0;
    const gchar *text;
    gsize size;

    do {
        if (!mg_csv_rows_next(&reader, &text, &size, error))
            return NULL;
        memcpy(slice + at, text, size);
        at += size;
    } while (size > 0);
    g_assert(at == total);
    slice[at] = '\0';
    return g_steal_pointer(&slice);
}
