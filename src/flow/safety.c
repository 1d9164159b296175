/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/safety.h"

#include "base/error.h"
#include "mime/address.h"

#include <string.h>

#define ORIGINALS "X-Intelmqcbmail-Original-Recipients"

#define HINT                                                                                       \
    "\nHINT: nothing of it was sent; intelmqcbmail preview shows what it would be, and "           \
    "--override-safety sends it all the same"

struct MgSafety {
    const MgSafetySettings *settings;
    GPtrArray *allowed; /* of GPatternSpec; NULL: everyone */
    gboolean has_limits;
    gboolean is_trial;

    GMutex lock; /* of all below */
    guint n_mails;
    GHashTable *of_recipient; /* folded address → how many mails */
    gsize most_events;        /* of a mail */
    guint n_too_large;        /* mails with more events than allowed */
    GError *refusal;          /* (nullable): a limit was reached, nothing goes out any more */
};

static const gchar *find_domain(const gchar *address)
{
    const gchar *at_sign = strrchr(address, '@');

    return at_sign != NULL ? at_sign : address;
}

/* Domains know no letter case; a pattern without an @ is taken for one. */
static gchar *fold_domain(const gchar *address)
{
    const gchar *domain = find_domain(address);
    g_autofree gchar *local = g_strndup(address, (gsize)(domain - address));
    g_autofree gchar *folded = g_ascii_strdown(domain, -1);

    return g_strconcat(local, folded, NULL);
}

static GPtrArray *compile(gchar **patterns)
{
    GPtrArray *specs;

    if (patterns == NULL)
        return NULL;
    specs = g_ptr_array_new_with_free_func((GDestroyNotify)g_pattern_spec_free);
    for (gchar **pattern = patterns; *pattern != NULL; pattern++) {
        g_autofree gchar *folded = fold_domain(*pattern);
        g_ptr_array_add(specs, g_pattern_spec_new(folded));
    }
    return specs;
}

static MgSafety *allocate(const MgSafetySettings *settings)
{
    MgSafety *safety = g_new0(MgSafety, 1);

    safety->settings = settings;
    safety->allowed = compile(settings->allow_recipients);
    safety->has_limits = settings->max_mails_per_run > 0 || settings->max_mails_per_recipient > 0 ||
                         settings->max_events_per_mail > 0;
    safety->of_recipient = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_mutex_init(&safety->lock);
    return safety;
}

MgSafety *mg_safety_new(const MgSafetySettings *settings, GError **error)
{
    g_autoptr(GError) failure = NULL;

    if (settings->redirect_to != NULL && !mg_address_check(settings->redirect_to, &failure)) {
        g_set_error(error, MG_ERROR, MG_ERROR_SETUP, "safety.redirect_to: %s", failure->message);
        return NULL;
    }
    return allocate(settings);
}

MgSafety *mg_safety_new_trial(MgSafety *safety)
{
    MgSafety *trial = allocate(safety->settings);
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&safety->lock);
    GHashTableIter iterator;
    gpointer recipient;
    gpointer count;

    trial->is_trial = TRUE;
    trial->n_mails = safety->n_mails;
    g_hash_table_iter_init(&iterator, safety->of_recipient);
    while (g_hash_table_iter_next(&iterator, &recipient, &count))
        g_hash_table_insert(trial->of_recipient, g_strdup(recipient), count);
    return trial;
}

void mg_safety_free(MgSafety *safety)
{
    if (safety == NULL)
        return;
    g_clear_pointer(&safety->allowed, g_ptr_array_unref);
    g_hash_table_unref(safety->of_recipient);
    g_clear_error(&safety->refusal);
    g_mutex_clear(&safety->lock);
    g_free(safety);
}

void mg_safety_override_limits(MgSafety *safety)
{
    safety->has_limits = FALSE;
}

void mg_safety_only_count(MgSafety *safety)
{
    safety->is_trial = TRUE;
}

gboolean mg_safety_has_limits(const MgSafety *safety)
{
    return safety->has_limits;
}

/* Single mails */

static gboolean is_allowed(const MgSafety *safety, const gchar *address)
{
    g_autofree gchar *folded = fold_domain(address);

    for (guint i = 0; i < safety->allowed->len; i++)
        if (g_pattern_spec_match_string(g_ptr_array_index(safety->allowed, i), folded))
            return TRUE;
    return FALSE;
}

static gboolean check_recipients(const MgSafety *safety, const MgMail *mail, GError **error)
{
    for (gchar **to = mail->envelope_tos; *to != NULL; to++) {
        g_autofree gchar *quoted = NULL;

        /* What is no plain address might match a pattern with one end and be delivered by
         * another. */
        if (!mg_address_check(*to, error))
            return FALSE;
        if (safety->allowed == NULL || is_allowed(safety, *to))
            continue;
        quoted = mg_error_quote(*to);
        g_set_error(error, MG_ERROR, MG_ERROR_GROUP,
                    "safety.allow_recipients does not allow recipient %s", quoted);
        return FALSE;
    }
    return TRUE;
}

/* A header of its own above all others: nothing that was signed or made changes. One address a line
 * keeps any number of them within what a line may hold. */
static GBytes *put_originals_above(GBytes *wire, gchar **originals)
{
    g_autofree gchar *list = g_strjoinv(",\r\n ", originals);
    GString *text = g_string_sized_new(g_bytes_get_size(wire) + strlen(list) + 64);
    gsize length;
    const gchar *bytes = g_bytes_get_data(wire, &length);

    g_string_append_printf(text, ORIGINALS ": %s\r\n", list);
    g_string_append_len(text, bytes, (gssize)length);
    return g_string_free_to_bytes(text);
}

static void redirect(MgMail *mail, const gchar *address)
{
    g_autoptr(GBytes) wire = g_steal_pointer(&mail->wire);
    const gchar *one[] = {address, NULL};

    mail->wire = put_originals_above(wire, mail->envelope_tos);
    mail->original_tos = g_steal_pointer(&mail->envelope_tos);
    mail->envelope_tos = g_strdupv((gchar **)one);
}

MgMail *mg_safety_apply(const MgSafety *safety, MgMail *mail, GError **error)
{
    const gchar *redirect_to = safety->settings->redirect_to;
    g_autoptr(MgMail) own = mail;

    if (safety->allowed == NULL && redirect_to == NULL)
        return g_steal_pointer(&own);
    if (!check_recipients(safety, own, error))
        return NULL;
    if (redirect_to != NULL && own->original_tos == NULL)
        redirect(own, redirect_to);
    return g_steal_pointer(&own);
}

gboolean mg_safety_is_applied(const MgSafety *safety, const MgMail *mail)
{
    gchar **originals = mail->original_tos != NULL ? mail->original_tos : mail->envelope_tos;
    const gchar *redirect_to = safety->settings->redirect_to;

    for (gchar **to = originals; safety->allowed != NULL && *to != NULL; to++)
        if (!is_allowed(safety, *to))
            return FALSE;
    return redirect_to == NULL ||
           (g_str_equal(mail->envelope_tos[0], redirect_to) && mail->envelope_tos[1] == NULL);
}

/* Limits */

static guint count_of(const MgSafety *safety, const gchar *folded)
{
    return GPOINTER_TO_UINT(g_hash_table_lookup(safety->of_recipient, folded));
}

/* For counting, the same address in another spelling is the same recipient. */
static GPtrArray *fold_recipients(const MgMail *mail)
{
    GPtrArray *folded = g_ptr_array_new_with_free_func(g_free);
    gchar **tos = mail->original_tos != NULL ? mail->original_tos : mail->envelope_tos;

    for (; *tos != NULL; tos++) {
        gchar *address = g_ascii_strdown(*tos, -1);
        if (g_ptr_array_find_with_equal_func(folded, address, g_str_equal, NULL))
            g_free(address);
        else
            g_ptr_array_add(folded, address);
    }
    return folded;
}

static GError *refuse_run(guint limit)
{
    return g_error_new(MG_ERROR, MG_ERROR_RUN,
                       "safety.max_mails_per_run is %u, a further mail would exceed it", limit);
}

static GError *refuse_recipient(guint limit, const gchar *address)
{
    g_autofree gchar *quoted = mg_error_quote(address);

    return g_error_new(MG_ERROR, MG_ERROR_RUN,
                       "safety.max_mails_per_recipient is %u, a further mail to %s would exceed it",
                       limit, quoted);
}

static GError *refuse_events(guint limit, gsize n_events)
{
    return g_error_new(MG_ERROR, MG_ERROR_RUN,
                       "safety.max_events_per_mail is %u, a mail has %" G_GSIZE_FORMAT " events",
                       limit, n_events);
}

static GError *find_excess_now(const MgSafety *safety, const GPtrArray *recipients, gsize n_events)
{
    const MgSafetySettings *limits = safety->settings;

    if (limits->max_mails_per_run > 0 && safety->n_mails >= limits->max_mails_per_run)
        return refuse_run(limits->max_mails_per_run);
    if (limits->max_events_per_mail > 0 && n_events > limits->max_events_per_mail)
        return refuse_events(limits->max_events_per_mail, n_events);
    for (guint i = 0; limits->max_mails_per_recipient > 0 && i < recipients->len; i++) {
        const gchar *address = g_ptr_array_index(recipients, i);
        if (count_of(safety, address) >= limits->max_mails_per_recipient)
            return refuse_recipient(limits->max_mails_per_recipient, address);
    }
    return NULL;
}

static GError *find_refusal(const MgSafety *safety, const GPtrArray *recipients, gsize n_events)
{
    GError *refusal = find_excess_now(safety, recipients, n_events);

    if (refusal != NULL)
        mg_error_set_brake(refusal);
    return refusal;
}

static void add(MgSafety *safety, GPtrArray *recipients, gsize n_events)
{
    safety->n_mails++;
    safety->most_events = MAX(safety->most_events, n_events);
    if (n_events > safety->settings->max_events_per_mail)
        safety->n_too_large++;
    while (recipients->len > 0) {
        gchar *address = g_ptr_array_steal_index_fast(recipients, 0);
        guint count = count_of(safety, address);
        g_hash_table_insert(safety->of_recipient, address, GUINT_TO_POINTER(count + 1));
    }
}

gboolean mg_safety_count(MgSafety *safety, const MgMail *mail, gsize n_events, GError **error)
{
    g_autoptr(GPtrArray) recipients = NULL;
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = NULL;

    if (!safety->has_limits)
        return TRUE;
    recipients = fold_recipients(mail);
    locker = g_mutex_locker_new(&safety->lock);
    if (!safety->is_trial && safety->refusal == NULL)
        safety->refusal = find_refusal(safety, recipients, n_events);
    if (safety->refusal != NULL) {
        g_propagate_error(error, g_error_copy(safety->refusal));
        return FALSE;
    }
    add(safety, recipients, n_events);
    return TRUE;
}

gboolean mg_safety_may_go_on(MgSafety *safety, GError **error)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&safety->lock);

    if (safety->refusal == NULL)
        return TRUE;
    g_propagate_error(error, g_error_copy(safety->refusal));
    return FALSE;
}

void mg_safety_uncount(MgSafety *safety, const MgMail *mail)
{
    g_autoptr(GPtrArray) recipients = NULL;
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = NULL;

    if (!safety->has_limits)
        return;
    recipients = fold_recipients(mail);
    locker = g_mutex_locker_new(&safety->lock);
    safety->n_mails--;
    while (recipients->len > 0) {
        gchar *address = g_ptr_array_steal_index_fast(recipients, 0);
        guint count = count_of(safety, address);
        g_hash_table_insert(safety->of_recipient, address, GUINT_TO_POINTER(count - 1));
    }
}

void mg_safety_count_unseen(MgSafety *safety, const gchar *recipient, gsize n_events)
{
    g_autoptr(GPtrArray) recipients = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&safety->lock);

    g_ptr_array_add(recipients, g_ascii_strdown(recipient, -1));
    add(safety, recipients, n_events);
}

/* Judging */

static const gchar *plural(gsize count)
{
    return count == 1 ? "" : "s";
}

static void judge_run(const MgSafety *safety, GPtrArray *excesses)
{
    guint limit = safety->settings->max_mails_per_run;
    g_autofree gchar *text = NULL;

    if (limit == 0 || safety->n_mails <= limit)
        return;
    text =
        g_strdup_printf("safety.max_mails_per_run is %u, it would be %u mail%s, %u too many", limit,
                        safety->n_mails, plural(safety->n_mails), safety->n_mails - limit);
    g_ptr_array_add(excesses,
                    mg_excess_new("safety.max_mails_per_run", limit, safety->n_mails, NULL, text));
}

static void append_recipients(GPtrArray *excesses, guint limit, const gchar *worst, guint n_worst,
                              guint n_further)
{
    g_autofree gchar *quoted = mg_error_quote(worst);
    g_autoptr(GString) text = g_string_new(NULL);

    g_string_printf(text, "safety.max_mails_per_recipient is %u, %s would get %u, %u too many",
                    limit, quoted, n_worst, n_worst - limit);
    if (n_further > 0)
        g_string_append_printf(text, ", and %u further recipient%s too many", n_further,
                               plural(n_further));
    g_ptr_array_add(excesses, mg_excess_new("safety.max_mails_per_recipient", limit, n_worst, worst,
                                            text->str));
}

static void judge_recipients(const MgSafety *safety, GPtrArray *excesses)
{
    guint limit = safety->settings->max_mails_per_recipient;
    const gchar *worst = NULL;
    guint n_worst = limit;
    guint n_beyond = 0;
    GHashTableIter iterator;
    gpointer address;
    gpointer count;

    g_hash_table_iter_init(&iterator, safety->of_recipient);
    while (limit > 0 && g_hash_table_iter_next(&iterator, &address, &count)) {
        guint n = GPOINTER_TO_UINT(count);
        if (n <= limit)
            continue;
        n_beyond++;
        if (n > n_worst || (n == n_worst && g_strcmp0(address, worst) < 0)) {
            n_worst = n;
            worst = address;
        }
    }
    if (worst != NULL)
        append_recipients(excesses, limit, worst, n_worst, n_beyond - 1);
}

static void judge_events(const MgSafety *safety, GPtrArray *excesses)
{
    guint limit = safety->settings->max_events_per_mail;
    gsize most = safety->most_events;
    g_autoptr(GString) text = g_string_new(NULL);

    if (limit == 0 || most <= limit)
        return;
    g_string_printf(text, "safety.max_events_per_mail is %u, %u mail%s would have more", limit,
                    safety->n_too_large, plural(safety->n_too_large));
    g_string_append_printf(text, ", %s%" G_GSIZE_FORMAT ", %" G_GSIZE_FORMAT " too many",
                           safety->n_too_large == 1 ? "namely " : "one of them ", most,
                           most - limit);
    g_ptr_array_add(excesses,
                    mg_excess_new("safety.max_events_per_mail", limit, most, NULL, text->str));
}

GPtrArray *mg_safety_list_excesses(MgSafety *safety)
{
    GPtrArray *excesses = g_ptr_array_new_with_free_func((GDestroyNotify)mg_excess_free);
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&safety->lock);

    judge_run(safety, excesses);
    judge_recipients(safety, excesses);
    judge_events(safety, excesses);
    return excesses;
}

gboolean mg_safety_judge(MgSafety *safety, GError **error)
{
    g_autoptr(GPtrArray) excesses = mg_safety_list_excesses(safety);
    g_autoptr(GString) complaints = g_string_new(NULL);

    if (excesses->len == 0)
        return TRUE;
    for (guint i = 0; i < excesses->len; i++) {
        const MgExcess *excess = g_ptr_array_index(excesses, i);
        g_string_append_printf(complaints, "; %s", excess->text);
    }
    if (error != NULL) {
        *error = g_error_new(MG_ERROR, MG_ERROR_RUN, "the run would exceed its limits%s" HINT,
                             complaints->str);
        mg_error_set_brake(*error);
    }
    return FALSE;
}
