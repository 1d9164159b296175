/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/lot_events.h"

#include "base/error.h"
#include "flow/stage3_load.h"

typedef struct {
    const MgGroup *group;
    gchar *wanted;    /* (nullable): columns, as one text */
    MgEvents *loaded; /* (nullable): of these columns, not yet handed out */
} Place;

struct MgLotEvents {
    MgConnection *connection;
    guint n_places;
    Place *places;
};

MgLotEvents *mg_lot_events_new(MgConnection *connection, const MgGroup *const *groups,
                               guint n_groups)
{
    MgLotEvents *self = g_new0(MgLotEvents, 1);

    self->connection = connection;
    self->n_places = n_groups;
    self->places = g_new0(Place, n_groups);
    for (guint i = 0; i < n_groups; i++)
        self->places[i].group = groups[i];
    return self;
}

static void forget(Place *place)
{
    g_clear_pointer(&place->wanted, g_free);
    g_clear_pointer(&place->loaded, mg_events_free);
}

void mg_lot_events_free(MgLotEvents *self)
{
    if (self == NULL)
        return;
    for (guint i = 0; i < self->n_places; i++)
        forget(&self->places[i]);
    g_free(self->places);
    g_free(self);
}

/* No name of a column holds a line feed that the loading would take. */
static gchar *join(const gchar *const *fields)
{
    return fields != NULL ? g_strjoinv("\n", (gchar **)fields) : g_strdup("*\n");
}

void mg_lot_events_expect(MgLotEvents *self, guint index, const gchar *const *fields)
{
    Place *place = &self->places[index];

    forget(place);
    place->wanted = join(fields);
}

static gboolean is_alike(const MgGroup *a, const MgGroup *b)
{
    return g_str_equal(a->notification_format, b->notification_format) &&
           g_str_equal(a->event_data_format, b->event_data_format);
}

/* Those to be loaded with the one at `index`, which is the first. */
static GPtrArray *find_company(MgLotEvents *self, guint index, const gchar *wanted)
{
    GPtrArray *company = g_ptr_array_new();

    g_ptr_array_add(company, &self->places[index]);
    for (guint i = 0; i < self->n_places; i++) {
        Place *place = &self->places[i];
        gboolean is_expected = place->wanted != NULL && g_str_equal(place->wanted, wanted);
        gboolean is_likely =
            place->wanted == NULL && i > index && is_alike(place->group, self->places[index].group);

        if (i == index || place->loaded != NULL || !(is_expected || is_likely))
            continue;
        g_free(place->wanted);
        place->wanted = g_strdup(wanted);
        g_ptr_array_add(company, place);
    }
    return company;
}

static gboolean load_together(MgLotEvents *self, GPtrArray *company, const gchar *const *fields)
{
    g_autofree const MgGroup **groups = g_new(const MgGroup *, company->len);
    g_autofree MgEvents **loaded = g_new0(MgEvents *, company->len);

    for (guint i = 0; i < company->len; i++)
        groups[i] = ((Place *)g_ptr_array_index(company, i))->group;
    if (!mg_stage3_load(self->connection, groups, company->len, fields, loaded, NULL))
        return FALSE;
    for (guint i = 0; i < company->len; i++)
        ((Place *)g_ptr_array_index(company, i))->loaded = loaded[i];
    return TRUE;
}

MgEvents *mg_lot_events_load(MgLotEvents *self, guint index, const gchar *const *fields,
                             gboolean *vanished, GError **error)
{
    g_autofree gchar *wanted = join(fields);
    Place *place = &self->places[index];
    g_autoptr(MgEvents) events = NULL;

    *vanished = FALSE;
    if (place->loaded == NULL || !g_str_equal(place->wanted, wanted)) {
        g_autoptr(GPtrArray) company = find_company(self, index, wanted);
        g_clear_pointer(&place->loaded, mg_events_free);
        /* What fails together is tried alone: it may be another's, or too much only as a whole. */
        if ((company->len == 1 || !load_together(self, company, fields)) &&
            !mg_stage3_load(self->connection, &place->group, 1, fields, &place->loaded, error))
            return NULL;
    }
    events = g_steal_pointer(&place->loaded);
    *vanished = events->n_events == 0;
    return mg_stage3_check(events, place->group, error) ? g_steal_pointer(&events) : NULL;
}
