/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * The template files of a site, each read once a run (mailgen-templates(5), FILE FORMAT).
 *
 * For any thread.
 */
#pragma once

#include "render/template.h"

typedef struct MgTemplateStore MgTemplateStore;

/* `directory` is looked up once: what it names later makes no difference. NULL: no files, only what
 * mg_template_store_add() brings. MG_ERROR_SETUP where it is no directory that can be read. */
MgTemplateStore *mg_template_store_new(const gchar *directory,
                                       GError **error) G_GNUC_WARN_UNUSED_RESULT;
void mg_template_store_free(MgTemplateStore *store);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgTemplateStore, mg_template_store_free)

/* Adds a template, text as for mg_template_parse_given(), that wins over a file of that name;
 * `name` may be anything. What mg_template_store_get() gave before stays as it was. A text that
 * cannot be used is an error for whoever gets it. */
void mg_template_store_add(MgTemplateStore *store, const gchar *name, const gchar *text);

/* Whether a file of the directory could have that name: components that are neither empty nor `.`
 * nor `..`, `/` between them. */
gboolean mg_template_store_is_name(const gchar *name);

/* The template of that name; names come from the database and are hostile: one that is absolute,
 * holds `.` or `..` as a component, resolves outside the directory (a symlink out), is no regular
 * file, is larger than 1 MiB, or does not exist is MG_ERROR_GROUP, and so is what
 * mg_template_parse() refuses. Both answers hold for the life of the store. (transfer full) */
MgTemplate *mg_template_store_get(MgTemplateStore *store, const gchar *name,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
