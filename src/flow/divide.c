/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/divide.h"

#include "base/error.h"

#include <string.h>

#define INTERPOLATIONS 4 /* then halving, which cannot be led astray */

typedef struct {
    const MgBySize *limits;
    const MgDivideMeasure *measure;
} Judge;

/* How much of what is allowed a part uses, as a factor: above 1 it does not fit. */
static gboolean judge_mail(const Judge *judge, const MgPart *part, gdouble *use, GError **error)
{
    gsize size;

    if (!judge->measure->mail_size(judge->measure->user_data, part, &size, error))
        return FALSE;
    *use = (gdouble)size / (gdouble)judge->limits->mail_size;
    return TRUE;
}

static gboolean judge_attachment(const Judge *judge, const MgPart *part, gdouble *use,
                                 GError **error)
{
    gsize size;
    gdouble csv_use;

    if (!judge->measure->csv_size(judge->measure->user_data, part, &size, error))
        return FALSE;
    /* A limit of 0 allows nothing, but still shows which way to go. */
    csv_use = (gdouble)size / (gdouble)MAX(judge->limits->attachment_size, 1);
    if (csv_use > 1) {
        *use = csv_use;
        return TRUE;
    }
    return judge_mail(judge, part, use, error);
}

/* The first form, of those for an attached CSV, in which the part fits; `use`: of the best. */
static gboolean judge_attached(const Judge *judge, MgPart *part, gdouble *use, GError **error)
{
    gdouble zip_use;

    part->form = MG_FORM_ATTACHMENT;
    if (!judge_attachment(judge, part, use, error))
        return FALSE;
    if (*use <= 1 || !judge->limits->may_zip)
        return TRUE;
    part->form = MG_FORM_ZIP;
    if (!judge_mail(judge, part, &zip_use, error))
        return FALSE;
    *use = MIN(*use, zip_use);
    return TRUE;
}

static gboolean judge_whole(const Judge *judge, MgPart *whole, gdouble *use, GError **error)
{
    whole->form = MG_FORM_INLINE;
    if (whole->n_events <= judge->limits->inline_rows) {
        if (!judge_mail(judge, whole, use, error))
            return FALSE;
        if (*use <= 1)
            return TRUE;
    }
    return judge_attached(judge, whole, use, error);
}

/* Between what fits and what does not: where the last measure says the limit lies, else midway. */
static gsize next_guess(gsize fits, gsize too_many, gsize measured, gdouble use, guint round)
{
    gdouble guess = (gdouble)measured / use;

    if (round >= INTERPOLATIONS || !(guess > 0))
        return fits + (too_many - fits) / 2;
    return CLAMP((gsize)MIN(guess, (gdouble)too_many), fits + 1, too_many - 1);
}

/* The most events that fit, from part->first on; `too_many` do not. The part is left as it was
 * when they were measured, with no event where not even one fits. */
static gboolean find_most(const Judge *judge, MgPart *part, gsize too_many, gsize guess,
                          GError **error)
{
    MgPart best = *part;

    best.n_events = 0;
    for (guint round = 0; too_many - best.n_events > 1; round++) {
        gdouble use;

        part->n_events = CLAMP(guess, best.n_events + 1, too_many - 1);
        if (!judge_attached(judge, part, &use, error))
            return FALSE;
        if (use <= 1)
            best = *part;
        else
            too_many = part->n_events;
        guess = next_guess(best.n_events, too_many, part->n_events, use, round);
    }
    *part = best;
    return TRUE;
}

static gboolean fail_alone(gint64 id, const MgBySize *limits, GError **error)
{
    g_set_error(error, MG_ERROR, MG_ERROR_GROUP,
                "event %" G_GINT64_FORMAT " alone makes a mail above the limit of %" G_GSIZE_FORMAT
                " bytes",
                id, limits->mail_size);
    return FALSE;
}

/* As many events into each part as fit: no other way needs fewer parts. NULL without error where
 * there are more than `most` of them. */
static GArray *divide(const Judge *judge, const gint64 *ids, gsize n_events, guint most,
                      gdouble whole_use, GError **error)
{
    g_autoptr(GArray) parts = g_array_new(FALSE, FALSE, sizeof(MgPart));
    gsize first = 0;
    gsize guess = (gsize)((gdouble)n_events / whole_use);

    while (first < n_events && parts->len < most) {
        MgPart part = {.first = first, .number = parts->len + 1, .n_parts = most};
        /* All events at once are known not to fit. */
        gsize too_many = n_events - first + (first > 0);

        if (!find_most(judge, &part, too_many, guess, error))
            return NULL;
        if (part.n_events == 0) {
            fail_alone(ids[first], judge->limits, error);
            return NULL;
        }
        g_array_append_val(parts, part);
        first += part.n_events;
        guess = part.n_events;
    }
    return first == n_events ? g_steal_pointer(&parts) : NULL;
}

static GArray *divide_into_fewest(const Judge *judge, const gint64 *ids, gsize n_events,
                                  gdouble whole_use, GError **error)
{
    GError *local_error = NULL;

    if (n_events < 2) {
        fail_alone(n_events > 0 ? ids[0] : 0, judge->limits, error);
        return NULL;
    }
    for (guint most = 9;; most = most * 10 + 9) { /* 9, 99, …: a subject's "(9/9)" has its length */
        g_autoptr(GArray) parts = divide(judge, ids, n_events, most, whole_use, &local_error);

        if (local_error != NULL) {
            g_propagate_error(error, local_error);
            return NULL;
        }
        for (guint i = 0; parts != NULL && i < parts->len; i++)
            g_array_index(parts, MgPart, i).n_parts = parts->len;
        if (parts != NULL)
            return g_steal_pointer(&parts);
    }
}

GArray *mg_divide_events(const gint64 *ids, gsize n_events, const MgBySize *limits,
                         const MgDivideMeasure *measure, GError **error)
{
    Judge judge = {limits, measure};
    MgPart whole = {.n_events = n_events, .number = 1, .n_parts = 1};
    gdouble use;

    g_assert(limits->mail_size > 0);
    if (!judge_whole(&judge, &whole, &use, error))
        return NULL;
    if (use <= 1) {
        GArray *parts = g_array_new(FALSE, FALSE, sizeof(MgPart));
        return g_array_append_val(parts, whole);
    }
    return divide_into_fewest(&judge, ids, n_events, use, error);
}

gchar *mg_divide_attachment_name(const gchar *name, const MgPart *part)
{
    const gchar *dot = strrchr(name, '.');
    gsize stem = dot != NULL && dot > name ? (gsize)(dot - name) : strlen(name);
    GString *out = g_string_new_len(name, (gssize)stem);

    if (part->n_parts > 1)
        g_string_append_printf(out, "-%uof%u", part->number, part->n_parts);
    g_string_append(out, name + stem);
    if (part->form == MG_FORM_ZIP)
        g_string_append(out, ".zip");
    return g_string_free(out, FALSE);
}

gchar *mg_divide_subject(const gchar *subject, const MgPart *part)
{
    if (part->n_parts == 1)
        return g_strdup(subject);
    return g_strdup_printf("%s (%u/%u)", subject, part->number, part->n_parts);
}

static void add_name(MgPairs *names, const gchar *name, const gchar *text)
{
    if (!mg_pairs_lookup(names, name, NULL))
        mg_pairs_set(names, name, text);
}

static void add_number(MgPairs *names, const gchar *name, guint64 number)
{
    g_autofree gchar *text = g_strdup_printf("%" G_GUINT64_FORMAT, number);

    add_name(names, name, text);
}

void mg_divide_add_names(MgPairs *names, const gchar *name, const MgPart *part)
{
    g_autofree gchar *attached = mg_divide_attachment_name(name, part);

    add_number(names, "n_events", part->n_events);
    add_number(names, "part", part->number);
    add_number(names, "n_parts", part->n_parts);
    add_name(names, "data_form", mg_form_name(part->form));
    add_name(names, "attachment_name", part->form == MG_FORM_INLINE ? "" : attached);
}
