/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "model/form.h"

static const gchar *const names[MG_FORM_COUNT] = {
    [MG_FORM_INLINE] = "inline",
    [MG_FORM_ATTACHMENT] = "attachment",
    [MG_FORM_ZIP] = "zip",
};

const gchar *mg_form_name(MgForm form)
{
    return names[form];
}

gboolean mg_form_parse(const gchar *name, MgForm *form)
{
    for (guint i = 0; i < MG_FORM_COUNT; i++)
        if (g_str_equal(names[i], name)) {
            *form = i;
            return TRUE;
        }
    return FALSE;
}
