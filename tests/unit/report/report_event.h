/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * What tests of reports share: one event.
 */
#pragma once

#include "model/events.h"

/* Of a classification type, from 192.0.2.1 at port 443. */
static inline MgEvents *report_event_make(const gchar *type)
{
    static const struct {
        const gchar *name;
        MgKind kind;
        const gchar *cell;
    } columns[] = {
        {"time.source", MG_KIND_TIMESTAMP, "2026-11-20 03:04:05+00"},
        {"source.ip", MG_KIND_INET, "192.0.2.1"},
        {"source.port", MG_KIND_INTEGER, "443"},
        {"destination.port", MG_KIND_INTEGER, NULL},
        {"classification.type", MG_KIND_TEXT, NULL},
    };
    MgEvents *events = mg_events_new(1, G_N_ELEMENTS(columns));

    events->ids[0] = 17;
    for (gsize i = 0; i < G_N_ELEMENTS(columns); i++) {
        events->columns[i].name = g_strdup(columns[i].name);
        events->columns[i].kind = columns[i].kind;
        events->cells[i] = columns[i].cell;
    }
    events->cells[G_N_ELEMENTS(columns) - 1] = type;
    return events;
}
