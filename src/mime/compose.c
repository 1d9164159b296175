/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "mime/compose.h"

#include "base/clock.h"
#include "base/error.h"
#include "mime/address.h"
#include "mime/base64.h"
#include "mime/gmime_private.h"
#include "mime/header.h"
#include "mime/message_id.h"
#include "mime/quoted_printable.h"
#include "mime/report_mail.h"
#include "mime/utf8.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#define MESSAGE_ID_LIMIT 250
#define NAME_LIMIT (MG_DRAFT_ATTACHMENT_NAME_LIMIT + MG_DRAFT_ATTACHMENT_SUFFIX_LIMIT)
#define PROGRAM "intelmqcbmail/" MG_VERSION

/* RFC 2231 attribute characters: what needs no code in filename*=. */
#define PLAIN_IN_PARAMETER "!#$&+-.^_`|~"

void mg_compose_init(void)
{
    tzset(); /* localtime_r() need not */
    mg_gmime_init();
}

static guint64 random_number(void)
{
    guint64 number;

    while (getrandom(&number, sizeof number, 0) != sizeof number)
        g_assert(errno == EINTR);
    return number;
}

/* A line that occurs in neither of the texts. In quoted-printable none can begin so; the look is
 * for what the caller brought. */
static gchar *make_boundary(GBytes *content, GBytes *signature)
{
    for (;;) {
        g_autofree gchar *boundary =
            g_strdup_printf("===============%019" G_GUINT64_FORMAT "==",
                            random_number() % G_GUINT64_CONSTANT(10000000000000000000));
        gboolean occurs = FALSE;
        GBytes *const all[] = {content, signature};

        for (gsize i = 0; i < G_N_ELEMENTS(all); i++) {
            gsize size = 0;
            gconstpointer data = all[i] != NULL ? g_bytes_get_data(all[i], &size) : NULL;
            occurs = occurs || (size > 0 && memmem(data, size, boundary, strlen(boundary)) != NULL);
        }
        if (!occurs)
            return g_steal_pointer(&boundary);
    }
}

/* A text part ends with a line break, and an empty one is an empty line. */
static void append_text(GString *out, const gchar *text, MgLines lines)
{
    gsize start = out->len;

    mg_quoted_printable_append(out, text, strlen(text), lines);
    if (out->len == start || !g_str_has_suffix(out->str, "\r\n"))
        g_string_append(out, "\r\n");
}

/* Parts are printed here and not by GMime: it would write boundaries and parameters in other forms
 * than the ones that readers of previews look for, and write the signed part a second time. */
static void append_text_part(GString *out, const gchar *body)
{
    g_string_append(out, "Content-Type: text/plain; charset=\"utf-8\"\r\n"
                         "Content-Transfer-Encoding: quoted-printable\r\n\r\n");
    append_text(out, body, MG_LINES_TEXT);
}

/* `filename="…"`, or in RFC 2231's way where that cannot hold it. */
static void append_filename(GString *out, const gchar *parameter, const gchar *name)
{
    g_string_append(out, parameter);
    if (g_str_is_ascii(name)) {
        g_string_append(out, "=\"");
        for (; *name != '\0'; name++) {
            if (*name == '"' || *name == '\\')
                g_string_append_c(out, '\\');
            g_string_append_c(out, *name);
        }
        g_string_append_c(out, '"');
        return;
    }
    g_string_append(out, "*=utf-8''");
    g_string_append_uri_escaped(out, name, PLAIN_IN_PARAMETER, FALSE);
}

static void append_csv_part(GString *out, const gchar *name, const gchar *csv)
{
    g_string_append(out, "Content-Type: text/csv; charset=\"utf-8\"\r\n"
                         "Content-Transfer-Encoding: quoted-printable\r\n"
                         "Content-Disposition: attachment;");
    g_string_append(out, strlen(name) < 30 ? " " : "\r\n ");
    append_filename(out, "filename", name);
    g_string_append(out, "\r\n\r\n");
    append_text(out, csv, MG_LINES_CRLF);
}

static void append_zip_part(GString *out, const gchar *name, GBytes *archive)
{
    gsize size;
    gconstpointer bytes = g_bytes_get_data(archive, &size);

    g_string_append(out, "Content-Type: application/zip;\r\n ");
    append_filename(out, "name", name);
    g_string_append(out, "\r\nContent-Transfer-Encoding: base64\r\n"
                         "Content-Disposition: attachment;\r\n ");
    append_filename(out, "filename", name);
    g_string_append(out, "\r\n\r\n");
    mg_base64_append(out, bytes, size);
}

static gboolean has_attachment(const MgDraft *draft)
{
    return draft->attachment != NULL || draft->archive != NULL;
}

static gboolean check_attachment(const MgDraft *draft, GError **error)
{
    const gchar *name = draft->attachment_name;
    g_autofree gchar *quoted = mg_error_quote(name);
    gboolean fits = name != NULL && *name != '\0' && strlen(name) <= NAME_LIMIT &&
                    g_utf8_validate(name, -1, NULL);

    for (; fits && *name != '\0'; name++)
        fits = !g_ascii_iscntrl(*name);
    if (!fits) {
        g_set_error(error, MG_ERROR, MG_ERROR_GROUP, "%s cannot name an attachment", quoted);
        return FALSE;
    }
    return draft->attachment == NULL || mg_utf8_check("the attachment", draft->attachment, error);
}

static void append_mixed(GString *out, const MgDraft *draft)
{
    g_autofree gchar *boundary = make_boundary(NULL, NULL);

    g_string_append_printf(out,
                           "Content-Type: multipart/mixed;\r\n boundary=\"%s\"\r\n\r\n--%s\r\n",
                           boundary, boundary);
    append_text_part(out, draft->body);
    g_string_append_printf(out, "\r\n--%s\r\n", boundary);
    if (draft->archive != NULL)
        append_zip_part(out, draft->attachment_name, draft->archive);
    else
        append_csv_part(out, draft->attachment_name, draft->attachment);
    g_string_append_printf(out, "\r\n--%s--\r\n", boundary);
}

static gsize guess_size(const MgDraft *draft)
{
    gsize size = strlen(draft->body) + (draft->attachment != NULL ? strlen(draft->attachment) : 0);
    gsize zipped = draft->archive != NULL ? g_bytes_get_size(draft->archive) : 0;

    return size + size / 8 + zipped + zipped * 2 / 5 + 1024;
}

static GBytes *make_report_content(const MgDraft *draft, GError **error)
{
    const MgDraftReport *report = draft->report;

    if (report->kind == MG_DRAFT_REPORT_XARF)
        return mg_report_mail_xarf(draft->body, PROGRAM, report->text, error);
    return mg_report_mail_plain(draft->body, report->text, report->evidence, report->evidence_type,
                                error);
}

static gboolean check_texts(const MgDraft *draft, GError **error)
{
    g_autoptr(GBytes) content = NULL;

    if (draft->report != NULL) {
        content = make_report_content(draft, error);
        return content != NULL;
    }
    return mg_utf8_check("the text", draft->body, error) &&
           (!has_attachment(draft) || check_attachment(draft, error));
}

GBytes *mg_compose_content(const MgDraft *draft, GError **error)
{
    GString *out;

    if (draft->report != NULL)
        return make_report_content(draft, error);
    if (!check_texts(draft, error))
        return NULL;
    out = g_string_sized_new(guess_size(draft));
    if (has_attachment(draft))
        append_mixed(out, draft);
    else
        append_text_part(out, draft->body);
    return g_string_free_to_bytes(out);
}

static void append_bytes(GString *out, GBytes *bytes)
{
    gsize size;
    const gchar *data = g_bytes_get_data(bytes, &size);

    g_string_append_len(out, data, (gssize)size);
}

static gboolean check_micalg(const gchar *micalg, GError **error)
{
    g_autofree gchar *quoted = mg_error_quote(micalg);
    const gchar *at = micalg;

    while (at != NULL && (g_ascii_isalnum(*at) || *at == '-'))
        at++;
    if (at != NULL && at > micalg && *at == '\0')
        return TRUE;
    g_set_error(error, MG_ERROR, MG_ERROR_GROUP, "%s is no name of a digest", quoted);
    return FALSE;
}

/* RFC 3156 5. The content goes in untouched: a byte more or less and the signature is void. */
static void append_signed(GString *out, GBytes *content, GBytes *signature, const gchar *micalg)
{
    g_autofree gchar *boundary = make_boundary(content, signature);

    g_string_append_printf(out,
                           "Content-Type: multipart/signed; protocol=\"application/pgp-signature\";"
                           "\r\n micalg=%s;\r\n boundary=\"%s\"\r\n\r\n--%s\r\n",
                           micalg, boundary, boundary);
    append_bytes(out, content);
    g_string_append_printf(out,
                           "\r\n--%s\r\n"
                           "Content-Type: application/pgp-signature; name=\"signature.asc\"\r\n"
                           "Content-Description: OpenPGP digital signature\r\n\r\n",
                           boundary);
    append_bytes(out, signature);
    g_string_append_printf(out, "\r\n--%s--\r\n", boundary);
}

/* Time, process and chance: no two alike on one machine, and nobody else can guess one. */
gchar *mg_compose_message_id(const gchar *sender_address)
{
    return g_strdup_printf("<%" G_GINT64_FORMAT ".%ld.%016" G_GINT64_MODIFIER "x%s>",
                           g_get_real_time(), (glong)getpid(), random_number(),
                           strrchr(sender_address, '@'));
}

static gboolean check_message_id(const gchar *message_id, GError **error)
{
    g_autofree gchar *quoted = mg_error_quote(message_id);

    if (strlen(message_id) <= MESSAGE_ID_LIMIT && mg_message_id_is_fit(message_id) &&
        strchr(message_id, '@') != NULL)
        return TRUE;
    g_set_error(error, MG_ERROR, MG_ERROR_GROUP, "%s is no Message-Id", quoted);
    return FALSE;
}

static gchar **bare_addresses(const GPtrArray *mailboxes)
{
    gchar **addresses = g_new0(gchar *, mailboxes->len + 1);

    for (guint i = 0; i < mailboxes->len; i++)
        addresses[i] = g_strdup(((const MgMailbox *)g_ptr_array_index(mailboxes, i))->address);
    return addresses;
}

/* Those the format gave, each perhaps with a display name, else those in To. */
static gchar **make_envelope_tos(const MgDraft *draft, const GPtrArray *to, GError **error)
{
    g_autofree gchar *joined = NULL;
    g_autoptr(GPtrArray) tos = NULL;

    if (draft->envelope_tos == NULL)
        return bare_addresses(to);
    joined = g_strjoinv(", ", draft->envelope_tos);
    tos = mg_address_parse("envelope recipients", joined, error);
    return tos != NULL ? bare_addresses(tos) : NULL;
}

static gboolean append_further(GString *out, const MgPairs *further, GError **error)
{
    for (guint i = 0; further != NULL && i < mg_pairs_count(further); i++)
        if (!mg_header_append_further(out, mg_pairs_name(further, i), mg_pairs_text(further, i),
                                      error))
            return FALSE;
    return TRUE;
}

gboolean mg_compose_check_site(const gchar *sender, const MgPairs *further_headers, GError **error)
{
    g_autofree gchar *address = mg_address_of_sender(sender, error);
    g_autoptr(GString) unused = g_string_new(NULL);

    if (address != NULL)
        return append_further(unused, further_headers, error);
    g_prefix_error(error, "sender: ");
    return FALSE;
}

static gboolean append_reference(GString *out, const MgDraft *draft, GError **error)
{
    if (draft->in_reply_to == NULL)
        return TRUE;
    if (!check_message_id(draft->in_reply_to, error))
        return FALSE;
    g_string_append_printf(out, "In-Reply-To: %s\r\nReferences: %s\r\n", draft->in_reply_to,
                           draft->in_reply_to);
    return TRUE;
}

/* Everything above the MIME headers; fills the mail's envelope and what else it tells. */
static gboolean append_head(GString *out, MgMail *mail, const MgDraft *draft,
                            const MgPairs *further, GError **error)
{
    g_autofree gchar *sender = mg_address_of_sender(draft->sender, error);
    g_autoptr(GPtrArray) from = sender ? mg_address_parse("sender", draft->sender, error) : NULL;
    g_autoptr(GPtrArray) to = from ? mg_address_parse("recipient", draft->recipient, error) : NULL;

    if (to == NULL)
        return FALSE;
    mail->envelope_from = draft->envelope_from != NULL
                              ? mg_address_of_sender(draft->envelope_from, error)
                              : g_strdup(sender);
    if (mail->envelope_from == NULL)
        return FALSE;
    mail->envelope_tos = make_envelope_tos(draft, to, error);
    if (mail->envelope_tos == NULL)
        return FALSE;
    if (mail->message_id == NULL)
        mail->message_id = mg_compose_message_id(sender);
    mg_header_append_addresses(out, "From", draft->sender, from);
    mg_header_append_addresses(out, "To", draft->recipient, to);
    if (!mg_header_append_text(out, "Subject", draft->subject, error))
        return FALSE;
    mg_header_append_date(out, mail->date);
    g_string_append_printf(out, "Message-Id: %s\r\nAuto-Submitted: auto-generated\r\n",
                           mail->message_id);
    return append_reference(out, draft, error) && append_further(out, further, error);
}

gboolean mg_compose_check(const MgDraft *draft, gboolean with_sender, GError **error)
{
    g_autoptr(GString) head = g_string_sized_new(256);
    g_autoptr(GPtrArray) to = NULL;
    g_autofree gchar *sender = NULL;

    if (!check_texts(draft, error) ||
        !mg_header_append_text(head, "Subject", draft->subject, error))
        return FALSE;
    to = mg_address_parse("recipient", draft->recipient, error);
    if (to == NULL || !with_sender)
        return to != NULL;
    sender = mg_address_of_sender(draft->sender, error);
    return sender != NULL;
}

/* X-ARF 0.2 asks for the first; the second is what the Python program sent. */
static void append_report_headers(GString *out, const MgDraft *draft, gboolean is_signed)
{
    const gchar *form = is_signed ? "SECURE" : "PLAIN";

    if (draft->report != NULL && draft->report->kind == MG_DRAFT_REPORT_X_ARF)
        g_string_append_printf(out, "X-XARF: %s\r\nX-ARF: %s\r\n", form, form);
}

static GBytes *make_wire(MgMail *mail, const MgDraft *draft, GBytes *content, GBytes *signature,
                         const gchar *micalg, const MgPairs *further, GError **error)
{
    g_autoptr(GString) out = g_string_sized_new(g_bytes_get_size(content) + 2048);

    if (!append_head(out, mail, draft, further, error))
        return NULL;
    append_report_headers(out, draft, signature != NULL);
    g_string_append(out, "MIME-Version: 1.0\r\n");
    if (signature != NULL)
        append_signed(out, content, signature, micalg);
    else
        append_bytes(out, content);
    if (!g_str_has_suffix(out->str, "\r\n")) /* a content that was not made here */
        g_string_append(out, "\r\n");
    return g_string_free_to_bytes(g_steal_pointer(&out));
}

MgMail *mg_compose_mail(const MgDraft *draft, GBytes *content, GBytes *signature,
                        const gchar *micalg, const gchar *message_id, gint64 date,
                        const MgPairs *further_headers, GError **error)
{
    g_autoptr(MgMail) mail = mg_mail_new();

    if (signature != NULL && !check_micalg(micalg, error))
        return NULL;
    if (message_id != NULL && !check_message_id(message_id, error))
        return NULL;
    mail->ticket = g_strdup(draft->ticket);
    mail->message_id = g_strdup(message_id);
    mail->date = mg_clock_seconds(date) * G_USEC_PER_SEC;
    mail->subject = g_strdup(draft->subject);
    mail->recipient = g_strdup(draft->recipient);
    mail->wire = make_wire(mail, draft, content, signature, micalg, further_headers, error);
    return mail->wire != NULL ? g_steal_pointer(&mail) : NULL;
}
