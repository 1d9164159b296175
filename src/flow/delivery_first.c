/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/delivery_first.h"

#define MG_LOGGER "intelmqmail.cb"
#include "base/error.h"
#include "base/log.h"
#include "flow/delivery_by_script.h"
#include "flow/delivery_intents.h"
#include "flow/delivery_owed.h"

gboolean mg_delivery_first_has_own_send(const GPtrArray *notifications)
{
    for (guint i = 0; i < notifications->len; i++)
        if (((const MgNotification *)g_ptr_array_index(notifications, i))->deliver != NULL)
            return TRUE;
    return FALSE;
}

gboolean mg_delivery_first_has_accepted(const MgMailing *mailing)
{
    for (guint i = 0; i < mailing->deliveries->len; i++)
        if (((const MgDelivery *)g_ptr_array_index(mailing->deliveries, i))->is_accepted)
            return TRUE;
    return FALSE;
}

static gint compare_ids(gconstpointer a, gconstpointer b)
{
    gint64 left = *(const gint64 *)a;
    gint64 right = *(const gint64 *)b;

    return (left > right) - (left < right);
}

GArray *mg_delivery_first_too_large(const MgMailing *mailing)
{
    GArray *ids = g_array_new(FALSE, FALSE, sizeof(gint64));

    for (guint i = 0; i < mailing->deliveries->len; i++) {
        const MgDelivery *delivery = g_ptr_array_index(mailing->deliveries, i);
        if (delivery->is_too_large)
            g_array_append_vals(ids, delivery->directives->data, delivery->directives->len);
    }
    g_array_sort(ids, compare_ids);
    return ids;
}

/* Arranging */

/* Of two that would mark the same rather the one that surely does: a script's own send() may
 * not. */
static guint order_of(const MgDelivery *delivery)
{
    if (mg_mailing_is_copy(delivery))
        return 2;
    return delivery->mail != NULL ? 0 : 1;
}

/* Stable, since equals keep the format's order. */
static gint compare(gconstpointer a, gconstpointer b)
{
    const MgDelivery *left = *(const MgDelivery *const *)a;
    const MgDelivery *right = *(const MgDelivery *const *)b;
    guint left_order = order_of(left);
    guint right_order = order_of(right);

    if (left_order != right_order)
        return left_order < right_order ? -1 : 1;
    return left->position < right->position ? -1 : left->position > right->position;
}

static void assign_directives(const MgMailing *mailing)
{
    g_autoptr(GHashTable) marked = g_hash_table_new(g_int64_hash, g_int64_equal);

    for (guint i = 0; i < mailing->deliveries->len; i++) {
        MgDelivery *delivery = g_ptr_array_index(mailing->deliveries, i);
        gsize n_ids;
        const gint64 *ids = mg_marks_ids(&delivery->notification->marks, mailing->group, &n_ids);

        g_array_set_size(delivery->directives, 0);
        for (gsize k = 0; k < n_ids; k++)
            if (g_hash_table_add(marked, (gpointer)&ids[k]))
                g_array_append_val(delivery->directives, ids[k]);
    }
}

/* Previews keep the order of the format. */
void mg_delivery_first_arrange(const MgMailing *mailing)
{
    if (mailing->worker->site->purpose == MG_PURPOSE_SEND)
        g_ptr_array_sort(mailing->deliveries, compare);
    assign_directives(mailing);
}

/* Sending */

static void add_accepted(MgDelivery *delivery, const MgMailing *mailing)
{
    if (mg_mailing_is_copy(delivery))
        mg_delivery_intents_settle(delivery, mailing);
    else
        mg_delivery_mail_record(delivery, mailing);
}

static gboolean send_mail(MgDelivery *delivery, const MgMailing *mailing, GError **error)
{
    g_autoptr(MgOutcome) outcome = mg_delivery_mail_send(delivery, mailing, error);

    if (outcome == NULL)
        return FALSE;
    delivery->is_accepted = mailing->session != NULL;
    mg_delivery_owed_note(delivery, mailing, outcome);
    add_accepted(delivery, mailing);
    return TRUE;
}

/* What is to be marked by `delivery` is marked by no mail before it: where it fails, its directives
 * stay pending. */
static gboolean decides(const MgDelivery *delivery)
{
    return delivery->directives->len > 0;
}

/* What marks the group is through: where no other group waits, that is recorded before its copies,
 * and before a script's own send(), which takes as long as it likes; so that not all are in doubt
 * if the program dies. */
static gboolean record_before(const MgDelivery *delivery, const MgMailing *mailing, GError **error)
{
    if (!mailing->is_alone || !mg_stage8_record_has_mails(mailing->record) ||
        (decides(delivery) && delivery->mail != NULL) ||
        mailing->worker->site->purpose != MG_PURPOSE_SEND)
        return TRUE;
    return mg_stage8_record_for(mailing->record, mailing->worker->claim, mailing->group, error);
}

static gboolean send_one(MgDelivery *delivery, const MgMailing *mailing, GError **error)
{
    if (delivery->notification->failure != NULL) {
        g_propagate_error(error, g_error_copy(delivery->notification->failure));
        return FALSE;
    }
    if (delivery->mail != NULL)
        return send_mail(delivery, mailing, error);
    return mg_delivery_by_script_send(delivery, mailing, error);
}

/* A copy whose failure may pass keeps its intent, so that the next run delivers it. */
static void settle_failed_copy(MgDelivery *delivery, const MgMailing *mailing,
                               const GError *failure)
{
    gboolean is_final =
        g_error_matches(failure, MG_ERROR, MG_ERROR_GROUP) && !mg_error_may_pass(failure);

    mg_delivery_mail_tell_failed_copy(delivery, mailing, !is_final && delivery->intent_id != 0,
                                      failure);
    if (is_final && mailing->worker->site->purpose != MG_PURPOSE_PREVIEW)
        mg_delivery_intents_settle(delivery, mailing);
    else if (delivery->mail != NULL && delivery->notification->deliver == NULL &&
             !g_error_matches(failure, MG_ERROR, MG_ERROR_UNKNOWN_OUTCOME))
        mg_delivery_owed_keep_copy(delivery, mailing);
}

/* A mail that fails before the group is through fails the group: the intents of it and of the mails
 * after it go, unless it may have been accepted; then those after it are owed with it. */
static void give_up(const MgMailing *mailing, guint first, const GError *failure)
{
    if (g_error_matches(failure, MG_ERROR, MG_ERROR_UNKNOWN_OUTCOME))
        return;
    mg_delivery_intents_settle_from(mailing, first);
    mg_delivery_mail_uncount_from(mailing, first);
}

/* A part that is refused is no reason against the other parts. */
static gboolean is_refused_part(const MgDelivery *delivery, const GError *failure)
{
    return delivery->notification->marks.kind == MG_MARKS_SOME &&
           g_error_matches(failure, MG_ERROR, MG_ERROR_GROUP);
}

/* The first refusal counts, but one for the size, which may be mended, only where there is no
 * other. Takes `failure`. */
static void keep_refusal(GError **refusal, GError *failure)
{
    if (*refusal != NULL &&
        (!mg_error_is_about_size(*refusal) || mg_error_is_about_size(failure))) {
        g_error_free(failure);
        return;
    }
    g_clear_error(refusal);
    *refusal = failure;
}

static void withdraw(const MgMailing *mailing, MgDelivery *delivery)
{
    mg_delivery_intents_settle(delivery, mailing);
    if (delivery->is_counted)
        mg_safety_uncount(mailing->worker->site->safety, delivery->mail);
    delivery->is_counted = FALSE;
}

/* The part that it is a copy of was refused: it goes out when that does. */
static gboolean is_copy_of_refused(const MgDelivery *delivery, const GPtrArray *refused)
{
    for (guint i = 0; mg_mailing_is_copy(delivery) && i < refused->len; i++)
        if (mg_marks_is_equal(mg_mailing_about(g_ptr_array_index(refused, i)),
                              mg_mailing_about(delivery)))
            return TRUE;
    return FALSE;
}

/* A part before it is too large: what is left is divided anew, so that the recipient gets parts
 * that belong together. */
static gboolean is_put_off(const MgDelivery *delivery, const MgMailing *mailing,
                           const GError *refusal)
{
    return mailing->may_be_divided && refusal != NULL && mg_error_is_about_size(refusal) &&
           delivery->notification->marks.kind == MG_MARKS_SOME;
}

/* What the mails so far have come to. */
typedef struct {
    const MgMailing *mailing;
    gboolean is_through; /* one that decides was accepted */
    GPtrArray *refused;  /* of MgDelivery: parts */
    GError *refusal;     /* (nullable): of these */
} Course;

static void refuse(Course *course, MgDelivery *delivery, gboolean is_too_large)
{
    delivery->is_too_large = is_too_large;
    withdraw(course->mailing, delivery);
    g_ptr_array_add(course->refused, delivery);
}

/* It is not begun, since a part before it was refused. */
static gboolean is_passed_over(Course *course, MgDelivery *delivery)
{
    if (is_copy_of_refused(delivery, course->refused)) {
        withdraw(course->mailing, delivery);
        return TRUE;
    }
    if (!is_put_off(delivery, course->mailing, course->refusal))
        return FALSE;
    refuse(course, delivery, TRUE);
    return TRUE;
}

/* What the failure of one means for those after it: FALSE where none of them is begun. Takes
 * `failure` over. */
static gboolean goes_on(Course *course, guint index, GError *failure, GError **error)
{
    MgDelivery *delivery = g_ptr_array_index(course->mailing->deliveries, index);

    if (course->is_through && !decides(delivery)) {
        settle_failed_copy(delivery, course->mailing, failure);
        g_error_free(failure);
        return TRUE;
    }
    if (is_refused_part(delivery, failure)) {
        refuse(course, delivery, mg_error_is_about_size(failure));
        keep_refusal(&course->refusal, failure);
        return TRUE;
    }
    give_up(course->mailing, index, failure);
    g_propagate_error(error, failure);
    return FALSE;
}

static gboolean send_next(Course *course, guint index, GError **error)
{
    const MgMailing *mailing = course->mailing;
    MgDelivery *delivery = g_ptr_array_index(mailing->deliveries, index);
    GError *failure = NULL;

    if (is_passed_over(course, delivery))
        return TRUE;
    if (!record_before(delivery, mailing, error)) {
        mg_delivery_mail_uncount_from(mailing, index);
        return FALSE;
    }
    if (!send_one(delivery, mailing, &failure))
        return goes_on(course, index, failure, error);
    course->is_through = course->is_through || decides(delivery);
    if (delivery->notification->failure == NULL)
        mg_summary_count_mail(mailing->worker->summary);
    return TRUE;
}

gboolean mg_delivery_first_send(const MgMailing *mailing, GError **error)
{
    g_autoptr(GPtrArray) refused = g_ptr_array_new();
    Course course = {mailing, FALSE, refused, NULL};
    gboolean ok = TRUE;

    for (guint i = 0; ok && i < mailing->deliveries->len; i++)
        ok = send_next(&course, i, error);
    if (ok && course.refusal != NULL) {
        g_propagate_error(error, course.refusal);
        return FALSE;
    }
    g_clear_error(&course.refusal);
    return ok;
}
