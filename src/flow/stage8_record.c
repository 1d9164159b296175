/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/stage8_record.h"

#define MG_LOGGER "intelmqmail.cb"
#include "base/error.h"
#include "base/log.h"
#include "database/vanished.h"

#include <string.h>

#define HINT "HINT: "
#define PATIENCE (30 * G_USEC_PER_SEC)
#define ATTEMPTS 5 /* sessions, for a mail that was accepted */

/* One number: several parts of a group may have the same. */
typedef struct {
    const MgGroup *group;
    gchar *ticket;
    gint64 sent_at;
    GArray *directive_ids;
    gint64 intent_id;
    gboolean shares_ticket; /* with mails of earlier lots */
} Mail;

typedef struct {
    const MgGroup *group;
    gint64 intent_id;
    MgMail *mail;
    gint64 *directive_ids;
    MgIntentMail next;
    gchar **recipients; /* (nullable): who are owed the mail before */
    MgIntentDebt before;
} Debt;

struct MgRecord {
    GMutex lock;          /* while stage 7 adds to it, in several threads */
    GPtrArray *mails;     /* of Mail */
    GPtrArray *debts;     /* of Debt */
    GArray *settled;      /* of gint64 */
    GHashTable *failures; /* MgGroup → GError */
    gboolean is_again;    /* of one mail that was made again */
};

static void free_mail(gpointer data)
{
    Mail *mail = data;

    g_free(mail->ticket);
    g_array_unref(mail->directive_ids);
    g_free(mail);
}

static void free_debt(gpointer data)
{
    Debt *debt = data;

    mg_mail_free(debt->mail);
    g_free(debt->directive_ids);
    g_strfreev(debt->recipients);
    g_free(debt);
}

MgRecord *mg_stage8_record_new(gboolean is_again)
{
    MgRecord *record = g_new0(MgRecord, 1);

    g_mutex_init(&record->lock);
    record->is_again = is_again;
    record->mails = g_ptr_array_new_with_free_func(free_mail);
    record->debts = g_ptr_array_new_with_free_func(free_debt);
    record->settled = g_array_new(FALSE, FALSE, sizeof(gint64));
    record->failures = g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)g_error_free);
    return record;
}

void mg_stage8_record_free(MgRecord *record)
{
    if (record == NULL)
        return;
    g_ptr_array_unref(record->mails);
    g_ptr_array_unref(record->debts);
    g_array_unref(record->settled);
    g_hash_table_unref(record->failures);
    g_mutex_clear(&record->lock);
    g_free(record);
}

static Mail *find_number(MgRecord *record, const MgGroup *group, const gchar *ticket)
{
    for (guint i = 0; i < record->mails->len; i++) {
        Mail *mail = g_ptr_array_index(record->mails, i);
        if (mail->group == group && g_str_equal(mail->ticket, ticket))
            return mail;
    }
    return NULL;
}

void mg_stage8_record_add(MgRecord *record, const MgGroup *group, const MgMail *mail,
                          const gint64 *directive_ids, gsize n_directives, gint64 intent_id,
                          gboolean shares_ticket)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&record->lock);
    Mail *one = find_number(record, group, mail->ticket);

    if (one == NULL) {
        one = g_new0(Mail, 1);
        one->group = group;
        one->ticket = g_strdup(mail->ticket);
        one->sent_at = mail->date;
        one->shares_ticket = shares_ticket;
        one->directive_ids = g_array_new(FALSE, FALSE, sizeof(gint64));
        g_ptr_array_add(record->mails, one);
    }
    g_array_append_vals(one->directive_ids, directive_ids, (guint)n_directives);
    if (one->intent_id == 0)
        one->intent_id = intent_id;
    else if (intent_id != 0)
        g_array_append_val(record->settled, intent_id);
}

void mg_stage8_record_settle(MgRecord *record, gint64 intent_id)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&record->lock);

    if (intent_id != 0)
        g_array_append_val(record->settled, intent_id);
}

void mg_stage8_record_owe(MgRecord *record, const MgGroup *group, gint64 intent_id,
                          const MgIntentMail *next, const MgIntentDebt *before)
{
    Debt *debt = g_new0(Debt, 1);

    debt->group = group;
    debt->intent_id = intent_id;
    debt->mail = mg_mail_copy(next->mail);
    debt->directive_ids = g_memdup2(next->directive_ids, next->n_directives * sizeof(gint64));
    debt->next = *next;
    debt->next.mail = debt->mail;
    debt->next.directive_ids = debt->directive_ids;
    if (before != NULL) {
        debt->before = *before;
        debt->recipients = g_strdupv((gchar **)before->recipients);
        debt->before.recipients = (const gchar *const *)debt->recipients;
    }
    g_mutex_lock(&record->lock);
    g_ptr_array_add(record->debts, debt);
    g_mutex_unlock(&record->lock);
}

gboolean mg_stage8_record_has_mails(const MgRecord *record)
{
    return record->mails->len > 0;
}

const GError *mg_stage8_record_failure(const MgRecord *record, const MgGroup *group)
{
    return g_hash_table_lookup(record->failures, group);
}

/* Committing */

static MgSentMail describe(const Mail *mail)
{
    return (MgSentMail){mail->ticket,
                        mail->sent_at,
                        (const gint64 *)mail->directive_ids->data,
                        mail->directive_ids->len,
                        mail->intent_id,
                        mail->shares_ticket};
}

static gboolean pass_on_debt(Debt *debt, MgConnection *claim, GError **error)
{
    return mg_intent_pass_on(claim, debt->intent_id, &debt->next,
                             debt->recipients != NULL ? &debt->before : NULL, error);
}

/* `group` NULL: all. */
static gboolean pass_on_debts(const MgRecord *record, const MgGroup *group, MgConnection *claim,
                              GError **error)
{
    for (guint i = 0; i < record->debts->len; i++) {
        Debt *debt = g_ptr_array_index(record->debts, i);
        if (group != NULL && debt->group != group)
            continue;
        if (!pass_on_debt(debt, claim, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean has_mail_of(const MgRecord *record, const MgGroup *group)
{
    for (guint i = 0; i < record->mails->len; i++)
        if (((const Mail *)g_ptr_array_index(record->mails, i))->group == group)
            return TRUE;
    return FALSE;
}

/* Of groups of which nothing is recorded. */
static gboolean pass_on_other_debts(const MgRecord *record, MgConnection *claim, GError **error)
{
    for (guint i = 0; i < record->debts->len; i++) {
        Debt *debt = g_ptr_array_index(record->debts, i);
        if (!has_mail_of(record, debt->group) && !pass_on_debt(debt, claim, error))
            return FALSE;
    }
    return TRUE;
}

/* Savepoints of scripts lie between the transaction and its commit. */
static gboolean release_savepoints(MgConnection *claim, GError **error)
{
    while (mg_connection_depth(claim) > 1)
        if (!mg_connection_commit(claim, error))
            return FALSE;
    return TRUE;
}

/* Scripts may have given one number to several groups. */
static gboolean check_numbers(const MgRecord *record, GError **error)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);

    for (guint i = 0; i < record->mails->len; i++) {
        const Mail *mail = g_ptr_array_index(record->mails, i);
        if (g_hash_table_add(seen, mail->ticket))
            continue;
        g_set_error(error, MG_ERROR, MG_ERROR_GROUP, "several groups have ticket number %s",
                    mail->ticket);
        return FALSE;
    }
    return TRUE;
}

static gboolean commit_all(const MgRecord *record, MgConnection *claim, GError **error)
{
    g_autofree MgSentMail *mails = g_new(MgSentMail, record->mails->len);

    if (!check_numbers(record, error))
        return FALSE;
    for (guint i = 0; i < record->mails->len; i++)
        mails[i] = describe(g_ptr_array_index(record->mails, i));
    return release_savepoints(claim, error) && pass_on_debts(record, NULL, claim, error) &&
           mg_sent_record_lot(claim, mails, record->mails->len,
                              (const gint64 *)record->settled->data, record->settled->len, error);
}

static gboolean reopen(MgConnection *claim, GError **error)
{
    return !mg_connection_is_broken(claim) || mg_connection_reopen_within(claim, PATIENCE, error);
}

static GError *make_failure(const gchar *ticket, gint64 intent_id, const GError *reason)
{
    return g_error_new(MG_ERROR, MG_ERROR_RUN,
                       "ticket %s was accepted by the mail server but could not be recorded: %s%s",
                       ticket, reason->message,
                       intent_id != 0
                           ? "\nHINT: its delivery intent stays in the database; the next run "
                             "treats the delivery as uncertain"
                           : "");
}

/* In the transaction that is open, or one of its own. What stands in the database decides: the
 * commit may have come through. */
static gboolean commit_one(const MgRecord *record, const Mail *mail, MgConnection *claim,
                           GError **error)
{
    const MgSentMail sent = describe(mail);

    if (mg_connection_depth(claim) == 0 &&
        (!reopen(claim, error) || !mg_connection_begin(claim, error)))
        return FALSE;
    return pass_on_debts(record, mail->group, claim, error) &&
           mg_sent_record_mail_again(claim, &sent, error);
}

static void roll_back(MgConnection *claim)
{
    while (mg_connection_depth(claim) > 0)
        mg_connection_rollback(claim);
}

/* Once more after whatever it was, and as often as sessions break one after the other. */
static gboolean commit_again(const MgRecord *record, const Mail *mail, MgConnection *claim,
                             GError **error)
{
    for (guint attempt = 1;; attempt++) {
        g_autoptr(GError) failure = NULL;

        roll_back(claim);
        if (commit_one(record, mail, claim, &failure))
            return TRUE;
        if (mg_connection_is_broken(claim) && attempt < ATTEMPTS)
            continue;
        roll_back(claim);
        g_propagate_error(error, g_steal_pointer(&failure));
        return FALSE;
    }
}

static void commit_mail(MgRecord *record, const Mail *mail, MgConnection *claim,
                        const GError *reason)
{
    g_autoptr(GError) failure = NULL;

    if (reason == NULL && commit_one(record, mail, claim, &failure))
        return;
    mg_log_warning("recording ticket %s is tried again: %s", mail->ticket,
                   reason != NULL ? reason->message : failure->message);
    g_clear_error(&failure);
    if (commit_again(record, mail, claim, &failure))
        return;
    g_hash_table_insert(record->failures, (gpointer)mail->group,
                        make_failure(mail->ticket, mail->intent_id, failure));
}

/* Debts of a group of which nothing is recorded, and what is settled. */
static gboolean commit_rest(const MgRecord *record, MgConnection *claim, GError **error)
{
    if (record->debts->len == 0 && record->settled->len == 0)
        return TRUE;
    if (!reopen(claim, error) ||
        (mg_connection_depth(claim) == 0 && !mg_connection_begin(claim, error)))
        return FALSE;
    return pass_on_other_debts(record, claim, error) &&
           mg_intent_forget(claim, (const gint64 *)record->settled->data, record->settled->len,
                            error) &&
           mg_connection_commit(claim, error);
}

static void commit_one_by_one(MgRecord *record, MgConnection *claim, const GError *reason)
{
    g_autoptr(GError) failure = NULL;

    for (guint i = 0; i < record->mails->len; i++)
        commit_mail(record, g_ptr_array_index(record->mails, i), claim, reason);
    if (commit_rest(record, claim, &failure))
        return;
    roll_back(claim);
    g_clear_error(&failure);
    if (commit_rest(record, claim, &failure))
        return;
    roll_back(claim);
    mg_log_warning("the intents of mails that are settled stay open: %s", failure->message);
}

void mg_stage8_record(MgRecord *record, MgConnection *claim)
{
    g_autoptr(GError) failure = NULL;
    /* Not so where the mails before have ended the transaction, or some may be recorded already. */
    gboolean is_held = !record->is_again && mg_connection_depth(claim) > 0;

    if (is_held && (record->mails->len == 0 || !commit_all(record, claim, &failure)))
        roll_back(claim);
    if (!is_held || record->mails->len == 0 || failure != NULL)
        commit_one_by_one(record, claim, failure);
    g_ptr_array_set_size(record->mails, 0);
    g_ptr_array_set_size(record->debts, 0);
    g_array_set_size(record->settled, 0);
}

gboolean mg_stage8_record_for(MgRecord *record, MgConnection *claim, const MgGroup *group,
                              GError **error)
{
    const GError *failure;

    mg_stage8_record(record, claim);
    failure = mg_stage8_record_failure(record, group);
    if (failure == NULL)
        return TRUE;
    g_propagate_error(error, g_error_copy(failure));
    return FALSE;
}

/* Leaving */

/* Those who look for a failure are shown its first line, so that has to name the group. Advice
 * comes behind it, and so does a traceback: it stays in one piece. (transfer full) */
static gchar *summarize(const gchar *message, const gchar **rest)
{
    const gchar *line_end = strchr(message, '\n');

    *rest = line_end != NULL ? line_end + 1 : NULL;
    if (*rest == NULL || g_str_has_prefix(*rest, HINT))
        return g_strndup(message, line_end != NULL ? (gsize)(line_end - message) : strlen(message));
    *rest = message;
    return g_strdup("an exception, as shown below");
}

static void log_failure(const MgGroup *group, const GError *failure)
{
    const gchar *rest = NULL;
    g_autofree gchar *summary = summarize(failure->message, &rest);
    g_autofree gchar *description = mg_group_describe(group);
    g_autofree gchar *directives = mg_group_format_ids(group->directive_ids, group->n_directives);
    g_autofree gchar *events = mg_group_format_ids(group->event_ids, group->n_events);
    const MgLogField fields[] = {{"recipient", group->recipient_address},
                                 {"directive_ids", directives},
                                 {"event_ids", events},
                                 {NULL, NULL}};

    mg_log_write(MG_LOG_ERROR, MG_LOGGER, fields,
                 "Error: not notified: %s; %s directive_ids=[%s] event_ids=[%s]%s%s", summary,
                 description, directives, events, rest != NULL ? "\n" : "",
                 rest != NULL ? rest : "");
}

/* Directives without an event would be pending for ever. */
static gboolean set_aside(MgConnection *claim, const MgGroup *group, GError **error)
{
    g_autoptr(GError) failure = NULL;
    gsize n_moved = 0;

    if (!mg_vanished_set_aside(claim, group, &n_moved, &failure)) {
        if (g_error_matches(failure, MG_ERROR, MG_ERROR_SETUP)) {
            g_propagate_error(error, g_steal_pointer(&failure));
            return FALSE;
        }
        mg_log_warning("directives without events stay pending: %s", failure->message);
    } else if (n_moved > 0) {
        mg_log_warning("%" G_GSIZE_FORMAT " directives whose events were removed are set aside in "
                       "table rejected_directives",
                       n_moved);
    }
    return TRUE;
}

gboolean mg_stage8_leave(const MgLeave *leave, const MgSite *site, MgSummary *summary,
                         MgConnection *claim, GError **error)
{
    gboolean ok = TRUE;

    g_assert(leave->how == MG_LEFT_FAILED ? leave->failure != NULL : leave->failure == NULL);
    if (leave->failure != NULL && site->purpose != MG_PURPOSE_PREVIEW)
        log_failure(leave->group, leave->failure);
    if (leave->events_vanished && site->purpose == MG_PURPOSE_SEND)
        ok = set_aside(claim, leave->group, error);
    if (leave->how ==
        MG_LEFT_FAILED) /* the sent and the postponed were told where more was known of them */
        mg_account_tell_failed(site->account, leave->group, leave->failure);
    else if (leave->how == MG_LEFT_ELSEWHERE || leave->how == MG_LEFT_SKIPPED)
        mg_account_tell_skipped(site->account, leave->group, leave->how, leave->because);
    mg_summary_count_left(summary, leave->how);
    return ok;
}
