/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * `report` of a YAML format, and the keys that go with it (mailgen-reports(5)).
 */
#pragma once

#include "document/complaints.h"
#include "document/node.h"
#include "report/report_form.h"

typedef struct {
    MgReportForm *form;     /* (nullable): the format makes no reports */
    const gchar *directory; /* where a mapping's file stands; while the format is read */
} MgYamlReport;

/* MgCheckReaders; `field` is an MgYamlReport. The kind is read first; without it the others only
 * look at what they are given. */
void mg_yaml_report_read_kind(gpointer field, const MgNode *node, const gchar *what,
                              MgComplaints *complaints);
/* A mapping, or the name of a file with one: its mistakes are told at the name, with their own
 * places. */
void mg_yaml_report_read_fields(gpointer field, const MgNode *node, const gchar *what,
                                MgComplaints *complaints);
void mg_yaml_report_read_signed(gpointer field, const MgNode *node, const gchar *what,
                                MgComplaints *complaints);
void mg_yaml_report_read_not_expressible(gpointer field, const MgNode *node, const gchar *what,
                                         MgComplaints *complaints);
