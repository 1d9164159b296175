/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/fit.h"

#include "base/clock.h"
#include "base/error.h"
#include "flow/part_id.h"
#include "flow/stage4_render.h"
#include "flow/stage5_compose.h"
#include "flow/stage6_sign.h"
#include "formats/notification.h"
#include "mime/address.h"
#include "mime/compose.h"

#include <string.h>

/* A signature of the same key may be some bytes longer or shorter. */
#define SPREAD_OF_SIGNATURES 64
/* The header that a redirected mail gets. */
#define REDIRECTION 2048
/* A preview signs nothing: that of a key of RSA with 4096 bits, armored, and the parts around. */
#define SIGNATURE 1536
/* Of a CSV: what every server takes (RFC 5321 4.5.3.1.7) in the worst of encodings. */
#define SMALL 8192

static gsize limit_of(const MgFit *fit)
{
    return MIN(fit->request->by_size.mail_size, fit->most);
}

/* Making */

static gchar *message_id(const MgFit *fit, guint position, const MgPart *part)
{
    if (part->n_parts == 1 || fit->ids == NULL || fit->ids[position] == NULL)
        return NULL;
    return mg_part_id_new(fit->ids[position], part->number, part->n_parts);
}

/* All parts after the first refer to the first, none to another. */
static gchar *in_reply_to(const MgFit *fit, guint position, const MgPart *part)
{
    const MgPart first = {.number = 1, .n_parts = part->n_parts};

    return part->number > 1 ? message_id(fit, position, &first) : NULL;
}

/* `position`: 0 the mail itself, then its copies. `most`, `estimate`: as in stage 4. */
static MgDraft *render(const MgFit *fit, guint position, const MgPart *part, gsize most,
                       gsize *estimate, GError **error)
{
    MgDraft *draft = mg_stage4_render_part(fit->terms, fit->request, part, fit->rows, fit->ticket,
                                           most, estimate, error);

    if (draft == NULL)
        return NULL;
    draft->size_limit = limit_of(fit);
    draft->message_id = message_id(fit, position, part);
    draft->in_reply_to = in_reply_to(fit, position, part);
    return draft;
}

static gboolean add(GPtrArray *notifications, const MgFit *fit, const MgPart *part,
                    const MgCopy *copy, GError **error)
{
    MgPart own = *part;
    MgDraft *draft = NULL;
    MgNotification *notification = NULL;

    if (copy != NULL)
        own.form = mg_request_copy_form(copy, part->form);
    draft = render(fit, notifications->len, &own, G_MAXSIZE, NULL, error);
    if (draft == NULL)
        return FALSE;
    notification = mg_notification_new();
    notification->draft = draft;
    if (copy != NULL) {
        draft->envelope_tos = g_strdupv(copy->envelope_tos);
        notification->marks.kind = MG_MARKS_NONE;
    }
    g_ptr_array_add(notifications, notification);
    return TRUE;
}

GPtrArray *mg_fit_make(const MgFit *fit, const MgPart *part, GError **error)
{
    g_autoptr(GPtrArray) notifications =
        g_ptr_array_new_with_free_func((GDestroyNotify)mg_notification_free);
    const GPtrArray *copies = fit->request->copies;

    if (!add(notifications, fit, part, NULL, error))
        return NULL;
    for (guint i = 0; i < copies->len; i++)
        if (!add(notifications, fit, part, g_ptr_array_index(copies, i), error))
            return NULL;
    return g_steal_pointer(&notifications);
}

/* Measuring */

static gsize length_of(const gchar *text)
{
    return text != NULL ? strlen(text) : 0;
}

static gsize header_length(const MgFit *fit)
{
    const MgPairs *further = fit->terms->further_headers;
    gsize length = length_of(fit->terms->sender) + length_of(fit->terms->group->recipient_address);

    for (guint i = 0; further != NULL && i < mg_pairs_count(further); i++)
        length += strlen(mg_pairs_name(further, i)) + length_of(mg_pairs_text(further, i));
    return length;
}

/* No mail of the draft can be larger: what encodings make of a byte at most, with line ends,
 * boundaries, and the signature of the longest of keys. It spares most mails from being made only
 * to be measured. */
static gsize most_it_can_be(const MgFit *fit, const MgDraft *draft)
{
    gsize texts = strlen(draft->body) + length_of(draft->attachment);
    gsize archive = draft->archive != NULL ? g_bytes_get_size(draft->archive) : 0;
    gsize headers = strlen(draft->subject) + length_of(draft->attachment_name) + header_length(fit);

    return texts * 7 / 2 + archive * 3 / 2 + headers * 8 + 32768;
}

/* No mail of the draft can be smaller. It spares what is far too large from being made. */
static gsize least_it_can_be(const MgDraft *draft)
{
    gsize archive = draft->archive != NULL ? g_bytes_get_size(draft->archive) : 0;

    return strlen(draft->body) + length_of(draft->attachment) + archive / 3 * 4;
}

static gboolean measure_draft(const MgFit *fit, const MgDraft *draft, gsize *size, GError **error)
{
    g_autoptr(GBytes) content = mg_stage5_compose(draft, error);
    g_autoptr(MgMail) mail = NULL;

    if (content == NULL)
        return FALSE;
    mail = mg_stage6_sign(fit->terms->signer, draft, content, fit->terms->further_headers, NULL,
                          MG_CLOCK_NONE, error);
    if (mail == NULL)
        return FALSE;
    *size = g_bytes_get_size(mail->wire) + fit->reserve;
    return TRUE;
}

/* In a mail four bytes stand for three. */
static gsize most_of_archive(const MgFit *fit)
{
    return limit_of(fit) / 4 * 3 + 3;
}

/* An attached CSV takes no less room than it has bytes: what is far too large need not be made. */
static gboolean is_surely_too_large(const MgFit *fit, const MgPart *part, gsize *size)
{
    *size = mg_csv_rows_size(fit->rows, part->first, part->n_events) + fit->reserve;
    return part->form == MG_FORM_ATTACHMENT && *size > limit_of(fit);
}

static gboolean measure_mail(const MgFit *fit, const MgPart *part, gsize *size, GError **error)
{
    g_autoptr(MgDraft) draft = NULL;
    GError *failure = NULL;
    gsize estimate = 0;

    if (is_surely_too_large(fit, part, size))
        return TRUE;
    draft = render(fit, 0, part, most_of_archive(fit), &estimate, &failure);
    if (draft == NULL && failure == NULL) {
        *size = estimate / 3 * 4 + fit->reserve;
        return TRUE;
    }
    if (draft == NULL) {
        g_propagate_error(error, failure);
        return FALSE;
    }
    *size = most_it_can_be(fit, draft) + fit->reserve;
    if (*size <= limit_of(fit))
        return TRUE;
    *size = least_it_can_be(draft) + fit->reserve;
    return *size > limit_of(fit) || measure_draft(fit, draft, size, error);
}

/* The mail, or a copy in another form, whichever is the largest. */
static gboolean mail_size(gpointer user_data, const MgPart *part, gsize *size, GError **error)
{
    const MgFit *fit = user_data;
    const GPtrArray *copies = fit->request->copies;
    gboolean is_measured[MG_FORM_COUNT] = {FALSE};

    is_measured[part->form] = TRUE;
    if (!measure_mail(fit, part, size, error))
        return FALSE;
    for (guint i = 0; i < copies->len; i++) {
        MgPart own = *part;
        gsize own_size;

        own.form = mg_request_copy_form(g_ptr_array_index(copies, i), part->form);
        if (is_measured[own.form])
            continue;
        is_measured[own.form] = TRUE;
        if (!measure_mail(fit, &own, &own_size, error))
            return FALSE;
        *size = MAX(*size, own_size);
    }
    return TRUE;
}

static gboolean csv_size(gpointer user_data, const MgPart *part, gsize *size, GError **error)
{
    const MgFit *fit = user_data;

    *size = mg_csv_rows_size(fit->rows, part->first, part->n_events);
    return TRUE;
}

static GArray *find(const MgFit *fit, const MgBySize *limits, GError **error)
{
    const MgDivideMeasure measure = {csv_size, mail_size, (gpointer)fit};

    return mg_divide_events(mg_csv_rows_ids(fit->rows), mg_csv_rows_count(fit->rows), limits,
                            &measure, error);
}

GArray *mg_fit_find(const MgFit *fit, GError **error)
{
    MgBySize limits = fit->request->by_size;

    limits.mail_size = limit_of(fit);
    return find(fit, &limits, error);
}

/* One mail that has to be: its form as mg_fit_find() would choose it where that can be one mail,
 * else the smallest that the request allows. */
static gboolean choose_form(const MgFit *fit, gboolean may_be_inline, MgForm *form, GError **error)
{
    MgBySize limits = fit->request->by_size;
    g_autoptr(GError) failure = NULL;
    g_autoptr(GArray) parts = NULL;

    limits.mail_size = limit_of(fit);
    if (!may_be_inline)
        limits.inline_rows = 0;
    parts = find(fit, &limits, &failure);
    if (failure != NULL && failure->code != MG_ERROR_GROUP) {
        g_propagate_error(error, g_steal_pointer(&failure));
        return FALSE;
    }
    if (parts != NULL && parts->len == 1)
        *form = g_array_index(parts, MgPart, 0).form;
    else
        *form = limits.may_zip ? MG_FORM_ZIP : MG_FORM_ATTACHMENT;
    return TRUE;
}

static gchar **repeat(const gchar *id, guint n_ids)
{
    gchar **ids = g_new0(gchar *, n_ids + 1);

    for (guint i = 0; i < n_ids; i++)
        ids[i] = g_strdup(id);
    return ids;
}

gboolean mg_fit_find_again(MgFit *fit, const gchar *message_id, MgPart *part, gchar ***ids,
                           GError **error)
{
    g_autofree gchar *base = NULL;
    gboolean is_part;

    *part = (MgPart){.n_events = mg_csv_rows_count(fit->rows)};
    is_part = mg_part_id_parse(message_id, &base, &part->number, &part->n_parts);
    if (!is_part)
        part->number = part->n_parts = 1;
    *ids = is_part ? repeat(base, fit->request->copies->len + 1) : NULL;
    fit->ids = (const gchar *const *)*ids;
    return choose_form(fit, !is_part, &part->form, error);
}

gchar **mg_fit_draw_ids(const MgFit *fit)
{
    g_autofree gchar *sender = mg_address_of_sender(fit->terms->sender, NULL);
    gchar **ids = NULL;

    if (sender == NULL)
        return NULL;
    ids = g_new0(gchar *, fit->request->copies->len + 2);
    for (guint i = 0; i <= fit->request->copies->len; i++)
        ids[i] = mg_compose_message_id(sender);
    return ids;
}

gboolean mg_fit_set_limits(MgFit *fit, const MgSite *site, MgFleet *fleet, GError **error)
{
    gsize size = mg_csv_rows_size(fit->rows, 0, mg_csv_rows_count(fit->rows));

    fit->most = site->settings->mail_size_limit;
    fit->reserve =
        SPREAD_OF_SIGNATURES + (site->settings->safety.redirect_to != NULL ? REDIRECTION : 0);
    if (site->purpose == MG_PURPOSE_PREVIEW && site->settings->openpgp.always_sign)
        fit->reserve += SIGNATURE;
    if (fleet == NULL)
        return TRUE;
    if (size > SMALL && !mg_fleet_ask(fleet, error))
        return FALSE;
    fit->most = MIN(fit->most, mg_fleet_most_bytes(fleet));
    return TRUE;
}
