/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "openpgp/signature_template.h"

#include "base/error.h"
#include "openpgp/armor.h"
#include "openpgp/signature_value.h"

void mg_signature_template_free(MgSignatureTemplate *template)
{
    if (template == NULL)
        return;
    mg_signature_packet_free(template->packet);
    g_free(template->head);
    g_free(template);
}

MgSignatureTemplate *mg_signature_template_new(GBytes *armored, GError **error)
{
    g_autoptr(MgSignatureTemplate) template = g_new0(MgSignatureTemplate, 1);
    g_autoptr(GBytes) packet = mg_armor_read(armored, &template->head);

    if (packet == NULL) {
        g_set_error(error, MG_ERROR, MG_ERROR_GROUP,
                    "gpg's signature is not armored as gpg does it");
        return NULL;
    }
    template->packet = mg_signature_packet_read(packet, error);
    return template->packet != NULL ? g_steal_pointer(&template) : NULL;
}

GBytes *mg_signature_template_complete(const MgSignatureTemplate *template, guint32 time,
                                       GBytes *digest, GBytes *answer, GError **error)
{
    g_autoptr(GPtrArray) numbers =
        mg_signature_value_read(answer, template->packet->algorithm, error);
    g_autoptr(GBytes) packet = NULL;

    if (numbers == NULL)
        return NULL;
    packet = mg_signature_packet_write(template->packet, time, digest, numbers);
    return mg_armor_write(template->head, packet);
}
