/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * `data` and `by_size` of a YAML format: in which form its mails carry their events
 * (mailgen-formats(5), By size).
 *
 * Immutable once read; for any thread.
 */
#pragma once

#include "document/complaints.h"
#include "document/node.h"
#include "model/group.h"
#include "model/request.h"

/* What `data` says of a mail. */
typedef enum {
    MG_YAML_DATA_UNSAID,
    MG_YAML_DATA_FORM,
    MG_YAML_DATA_BY_SIZE,
} MgYamlDataKind;

typedef struct {
    MgYamlDataKind kind;
    MgForm form; /* with FORM */
} MgYamlDataChoice;

/* An MgCheckReader; `field` is an MgYamlDataChoice: reads the name of a form, or `by_size`. */
void mg_yaml_data_read_choice(gpointer field, const MgNode *node, const gchar *what,
                              MgComplaints *complaints);

typedef struct MgYamlData MgYamlData;

MgYamlData *mg_yaml_data_new(void); /* inline */
void mg_yaml_data_free(MgYamlData *data);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgYamlData, mg_yaml_data_free)

/* MgCheckReaders; `field` is an MgYamlData *: `data`, a choice or a list of choices of which the
 * first counts whose `when` holds; `by_size`, the limits. */
void mg_yaml_data_read(gpointer field, const MgNode *node, const gchar *what,
                       MgComplaints *complaints);
void mg_yaml_data_read_by_size(gpointer field, const MgNode *node, const gchar *what,
                               MgComplaints *complaints);

/* Whether some group's mails may go out by size. */
gboolean mg_yaml_data_may_be_by_size(const MgYamlData *data);

/* Says in the request how the group's mails carry their events. */
void mg_yaml_data_apply(const MgYamlData *data, const MgGroup *group, MgRequest *request);
