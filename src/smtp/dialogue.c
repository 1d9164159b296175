/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "smtp/dialogue.h"

#include "base/error.h"

#include <string.h>

static const gchar *const step_names[] = {
    [MG_STEP_CONNECT] = "connect",   [MG_STEP_TLS] = "the TLS handshake",
    [MG_STEP_BANNER] = "banner",     [MG_STEP_EHLO] = "EHLO",
    [MG_STEP_STARTTLS] = "STARTTLS", [MG_STEP_AUTH] = "AUTH",
    [MG_STEP_NOOP] = "NOOP",         [MG_STEP_MAIL] = "MAIL FROM",
    [MG_STEP_RCPT] = "RCPT TO",      [MG_STEP_DATA] = "DATA",
    [MG_STEP_TEXT] = "the text",     [MG_STEP_DOT] = "the final dot",
};

static const struct {
    const gchar *verb;
    MgStep step;
} verbs[] = {
    {"EHLO", MG_STEP_EHLO}, {"HELO", MG_STEP_EHLO}, {"STARTTLS", MG_STEP_STARTTLS},
    {"AUTH", MG_STEP_AUTH}, {"NOOP", MG_STEP_NOOP}, {"MAIL", MG_STEP_MAIL},
    {"RCPT", MG_STEP_RCPT}, {"DATA", MG_STEP_DATA},
};

const gchar *mg_dialogue_step_name(MgStep step)
{
    g_assert((gsize)step < G_N_ELEMENTS(step_names));
    return step_names[step];
}

static void recipient_reply_free(gpointer data)
{
    MgRecipientReply *recipient = data;

    g_free(recipient->reply);
    g_free(recipient);
}

MgDialogue *mg_dialogue_new(void)
{
    MgDialogue *dialogue = g_new0(MgDialogue, 1);

    dialogue->reply = mg_reply_new();
    dialogue->recipients = g_ptr_array_new_with_free_func(recipient_reply_free);
    return dialogue;
}

void mg_dialogue_free(MgDialogue *dialogue)
{
    if (dialogue == NULL)
        return;
    mg_reply_free(dialogue->reply);
    g_ptr_array_unref(dialogue->recipients);
    g_free(dialogue);
}

static void enter(MgDialogue *dialogue, MgStep step)
{
    dialogue->step = step;
    mg_reply_clear(dialogue->reply);
}

void mg_dialogue_begin(MgDialogue *dialogue, gsize text_size)
{
    enter(dialogue, MG_STEP_CONNECT);
    g_ptr_array_set_size(dialogue->recipients, 0);
    dialogue->text_sent = 0;
    dialogue->text_size = text_size;
    dialogue->closing = FALSE;
    dialogue->ehlo_refused = FALSE;
    dialogue->out_of_turn = FALSE;
}

static gboolean is_verb(const gchar *verb, const gchar *bytes, gsize length)
{
    gsize size = strlen(verb);

    return length > size && g_ascii_strncasecmp(bytes, verb, size) == 0 &&
           (bytes[size] == ' ' || bytes[size] == '\r' || bytes[size] == '\n');
}

/* HELO after a refused EHLO, which most often ends in a lost connection: that EHLO's answer tells
 * why. */
static gchar *refusal_of_ehlo(const MgDialogue *dialogue, MgStep next)
{
    if (dialogue->step != MG_STEP_EHLO || next != MG_STEP_EHLO)
        return NULL;
    return g_strdup(dialogue->reply->text->str);
}

void mg_dialogue_command(MgDialogue *dialogue, const gchar *bytes, gsize length)
{
    /* Lines that answer a 334 are base64, and base64 can spell "DATA". */
    if (dialogue->step == MG_STEP_AUTH && dialogue->reply->code == 334) {
        enter(dialogue, MG_STEP_AUTH);
        return;
    }
    if (is_verb("QUIT", bytes, length)) {
        dialogue->closing = TRUE;
        return;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(verbs); i++)
        if (is_verb(verbs[i].verb, bytes, length)) {
            g_autofree gchar *refused = refusal_of_ehlo(dialogue, verbs[i].step);
            dialogue->closing = FALSE;
            enter(dialogue, verbs[i].step);
            g_string_assign(dialogue->reply->noise, refused != NULL ? refused : "");
            dialogue->ehlo_refused = refused != NULL;
            return;
        }
}

void mg_dialogue_text(MgDialogue *dialogue, gsize length)
{
    dialogue->text_sent += length;
    if (dialogue->step == MG_STEP_TEXT && dialogue->text_sent >= dialogue->text_size)
        enter(dialogue, MG_STEP_DOT);
}

/* "SIZE", "SIZE 0": no limit that is known beforehand. */
static void note_size(MgDialogue *dialogue, const gchar *line, gsize length)
{
    guint64 bytes = 0;

    for (gsize i = strlen("SIZE "); i < length && g_ascii_isdigit(line[i]); i++) {
        if (bytes > G_MAXUINT64 / 100)
            return;
        bytes = bytes * 10 + (guint64)g_ascii_digit_value(line[i]);
    }
    dialogue->most_bytes = bytes;
}

/* One line of the EHLO reply. Joined text would do, were it not bounded. */
static void note_capability(MgDialogue *dialogue, const gchar *line, gsize length)
{
    if (length < 4)
        return;
    dialogue->offers_starttls |= is_verb("STARTTLS", line + 4, length - 4);
    dialogue->offers_login |= is_verb("AUTH", line + 4, length - 4);
    if (is_verb("SIZE", line + 4, length - 4))
        note_size(dialogue, line + 4, length - 4);
}

/* RFC 5321 section 4.5.3.1.10: 552 is what RFC 821 had for too many recipients. */
static gboolean is_about_number(const MgReply *reply)
{
    g_autofree gchar *enhanced = mg_reply_enhanced(reply);

    return reply->code == 552 || (enhanced != NULL && strcmp(enhanced + 1, ".5.3") == 0);
}

static void note_recipient(MgDialogue *dialogue)
{
    const MgReply *reply = dialogue->reply;
    MgRecipientReply *recipient = g_new(MgRecipientReply, 1);

    *recipient = (MgRecipientReply){reply->code, is_about_number(reply), mg_reply_text(reply)};
    g_ptr_array_add(dialogue->recipients, recipient);
}

static void complete(MgDialogue *dialogue)
{
    guint code = dialogue->reply->code;

    if (dialogue->step == MG_STEP_RCPT)
        note_recipient(dialogue);
    else if (dialogue->step == MG_STEP_EHLO)
        dialogue->has_greeted = code / 100 == 2;
    else if (dialogue->step == MG_STEP_AUTH)
        dialogue->logged_in = code == 235;
    else if (dialogue->step == MG_STEP_STARTTLS && code == 220) {
        dialogue->secured = TRUE;
        enter(dialogue, MG_STEP_TLS);
    } else if (dialogue->step == MG_STEP_DATA && code == 354)
        enter(dialogue, MG_STEP_TEXT);
}

/* Whose answer this is. Where the connection is new, the server speaks first. libcurl reads nothing
 * between 354 and the final dot. */
static void find_step(MgDialogue *dialogue)
{
    if (dialogue->step == MG_STEP_CONNECT) {
        dialogue->secured = FALSE;
        dialogue->logged_in = FALSE;
        enter(dialogue, MG_STEP_BANNER);
    }
    if (dialogue->step == MG_STEP_TEXT)
        enter(dialogue, MG_STEP_DOT);
    if (dialogue->step == MG_STEP_EHLO && dialogue->reply->code == 0) {
        dialogue->offers_starttls = FALSE;
        dialogue->offers_login = FALSE;
        dialogue->most_bytes = 0;
    }
}

void mg_dialogue_answer(MgDialogue *dialogue, const gchar *bytes, gsize length)
{
    if (dialogue->closing || dialogue->reply->complete)
        return;
    find_step(dialogue);
    if (dialogue->step == MG_STEP_EHLO)
        note_capability(dialogue, bytes, length);
    mg_reply_add(dialogue->reply, bytes, length);
    if (dialogue->reply->complete)
        complete(dialogue);
}

void mg_dialogue_early_answer(MgDialogue *dialogue, const gchar *bytes, gsize length)
{
    MgReply *reply = dialogue->reply;

    mg_reply_add(reply, bytes, length);
    if (!reply->complete || (reply->code / 100 != 4 && reply->code / 100 != 5))
        mg_reply_clear(reply);
}

gboolean mg_dialogue_is_heard_in_part(const MgDialogue *dialogue)
{
    const MgReply *reply = dialogue->reply;

    return !reply->complete && (reply->code != 0 || reply->noise->len > 0);
}

gboolean mg_dialogue_is_accepted(const MgDialogue *dialogue)
{
    return dialogue->step == MG_STEP_DOT && dialogue->reply->complete &&
           dialogue->reply->code / 100 == 2;
}
