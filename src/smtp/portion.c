/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "smtp/portion.h"

static const MgRecipientReply *answer(const MgDialogue *dialogue, guint position)
{
    return g_ptr_array_index(dialogue->recipients, position);
}

static gboolean is_taken(const MgDialogue *dialogue, guint position)
{
    return answer(dialogue, position)->code / 100 == 2;
}

gboolean mg_portion_is_turned_away(const MgDialogue *dialogue, guint position)
{
    const MgRecipientReply *recipient;

    if (position >= dialogue->recipients->len || is_taken(dialogue, position))
        return FALSE;
    recipient = answer(dialogue, position);
    if (recipient->code / 100 == 5 && !recipient->is_about_number)
        return FALSE;
    for (guint i = 0; i < position; i++)
        if (is_taken(dialogue, i))
            return TRUE;
    return FALSE;
}

static gchar **select_tos(const MgDialogue *dialogue, gchar *const *tos,
                          gboolean (*is_wanted)(const MgDialogue *dialogue, guint position))
{
    g_autoptr(GStrvBuilder) wanted = g_strv_builder_new();
    gboolean found = FALSE;

    for (guint i = 0; i < dialogue->recipients->len && tos[i] != NULL; i++) {
        if (!is_wanted(dialogue, i))
            continue;
        g_strv_builder_add(wanted, tos[i]);
        found = TRUE;
    }
    return found ? g_strv_builder_end(wanted) : NULL;
}

gchar **mg_portion_turned_away(const MgDialogue *dialogue, gchar *const *tos)
{
    return select_tos(dialogue, tos, mg_portion_is_turned_away);
}

gchar **mg_portion_taken(const MgDialogue *dialogue, gchar *const *tos)
{
    return select_tos(dialogue, tos, is_taken);
}

gboolean mg_portion_is_refused_for_number(const MgDialogue *dialogue)
{
    guint code = dialogue->reply->code;

    if (dialogue->step != MG_STEP_DATA || !dialogue->reply->complete ||
        (code / 100 != 4 && code / 100 != 5) || code == 421)
        return FALSE;
    for (guint i = 0; i < dialogue->recipients->len; i++)
        if (mg_portion_is_turned_away(dialogue, i))
            return TRUE;
    return FALSE;
}
