/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * The template files of a site, each read once a run (contract 6, 13).
 *
 * For any thread.
 */
#pragma once

#include "render/template.h"

typedef struct MgTemplateStore MgTemplateStore;

/* MG_ERROR_SETUP where `directory` cannot be read. */
MgTemplateStore *mg_template_store_new(const gchar *directory, GError **error);
void mg_template_store_free(MgTemplateStore *store);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgTemplateStore, mg_template_store_free)

/* The template of that name; names come from the database and are hostile: one that resolves
 * outside the directory (`../`, absolute, symlink out), is no regular file, or does not exist is
 * MG_ERROR_GROUP. (transfer full) */
MgTemplate *mg_template_store_get(MgTemplateStore *store, const gchar *name, GError **error);
