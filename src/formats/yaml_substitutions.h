/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * `substitutions` of a YAML format: names for the template, with a text each or a list of texts of
 * which the first counts whose `when` holds (mailgen-formats(5), Substitutions).
 *
 * A set is filled while files are loaded; from then on any thread may evaluate it.
 */
#pragma once

#include "document/complaints.h"
#include "document/node.h"
#include "model/group.h"
#include "model/pairs.h"

typedef struct MgYamlSubstitutions MgYamlSubstitutions;

MgYamlSubstitutions *mg_yaml_substitutions_new(void);
void mg_yaml_substitutions_free(MgYamlSubstitutions *substitutions);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgYamlSubstitutions, mg_yaml_substitutions_free)

/* Adds all of `other`; a name that stands already is replaced. */
void mg_yaml_substitutions_update(MgYamlSubstitutions *substitutions,
                                  const MgYamlSubstitutions *other);

/* An MgCheckReader; `field` is an MgYamlSubstitutions *: adds those of a mapping; a name that
 * stands already is replaced. */
void mg_yaml_substitutions_read(gpointer field, const MgNode *node, const gchar *what,
                                MgComplaints *complaints);

/* Every name with its text for the group: a plain text as it stands, one chosen from a list with
 * the aggregate identifier's names replaced, "" where no `when` holds. Those of which a `when` asks
 * about the mail are left out. MG_ERROR_GROUP where such a text uses a name that the aggregate
 * identifier lacks. (transfer full) */
MgPairs *mg_yaml_substitutions_evaluate(const MgYamlSubstitutions *substitutions,
                                        const MgGroup *group,
                                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether any have been left out by that. */
gboolean mg_yaml_substitutions_need_mail(const MgYamlSubstitutions *substitutions);
/* Sets these in `names`, for the mail whose names (data_form and so on) are `mail`. Errors as
 * above. */
gboolean mg_yaml_substitutions_evaluate_of_mail(const MgYamlSubstitutions *substitutions,
                                                const MgGroup *group, const MgPairs *mail,
                                                MgPairs *names,
                                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Complains where a `$` in the text begins no placeholder, which would fail every mail, and where a
 * `#` has cut the text off. */
void mg_yaml_substitutions_check_template(const MgNode *text, const gchar *what,
                                          MgComplaints *complaints);
