/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "formats/yaml_postpone.h"

#include "base/clock.h"
#include "base/error.h"
#include "formats/duration.h"
#include "document/check.h"

#define OBSERVATION_KEY "time.observation"

/* What the clock can print: intervals come from the database and may be of any length. */
#define EARLIEST (-62135596800 * G_USEC_PER_SEC) /* 0001-01-01 00:00:00 */
#define LATEST (253402300799 * G_USEC_PER_SEC)   /* 9999-12-31 23:59:59 */

typedef struct {
    gint64 now;
    GString *because; /* (nullable) until something holds */
    gint64 until;
} Waiting;

static void read_duration(gpointer field, const MgNode *value, const gchar *what,
                          MgComplaints *complaints)
{
    const gchar *text = mg_check_text(value, what, complaints);

    if (text == NULL || mg_duration_parse(text, field))
        return;
    mg_check_complain_unfit(value, what, "a whole number and s, m, h or d, such as 15m",
                            complaints);
}

#define AT(member) G_STRUCT_OFFSET(MgYamlPostpone, member)

static const MgCheckField fields[] = {
    {"notification_interval", mg_check_read_boolean, AT(notification_interval)},
    {"newest_directive_age", read_duration, AT(newest_directive_age)},
    {"observation_age", read_duration, AT(observation_age)},
    {NULL},
};

void mg_yaml_postpone_read(gpointer field, const MgNode *node, const gchar *what,
                           MgComplaints *complaints)
{
    mg_check_fields(node, what, fields, field, complaints);
}

static gint64 add_clamped(gint64 time, gint64 duration)
{
    gint64 sum;

    if (__builtin_add_overflow(time, duration, &sum))
        sum = duration > 0 ? G_MAXINT64 : G_MININT64;
    return CLAMP(sum, EARLIEST, LATEST);
}

static void wait_for(Waiting *waiting, const gchar *condition, gint64 since, gint64 duration)
{
    gint64 until = add_clamped(since, duration);
    g_autofree gchar *time = mg_clock_format_utc(CLAMP(since, EARLIEST, LATEST));
    g_autofree gchar *length = mg_duration_format(duration);

    if (waiting->because == NULL)
        waiting->because = g_string_new(NULL);
    else
        g_string_append(waiting->because, "; ");
    g_string_append_printf(waiting->because, "%s %s + %s", condition, time, length);
    waiting->until = MAX(waiting->until, until);
}

/* Exactly the negation of notification_interval_exceeded(): last_sent + interval < now. */
static void wait_for_interval(Waiting *waiting, const MgGroup *group)
{
    if (group->last_sent == MG_CLOCK_NONE ||
        add_clamped(group->last_sent, group->notification_interval) < waiting->now)
        return;
    wait_for(waiting, "notification interval: last mail", group->last_sent,
             group->notification_interval);
}

static gboolean is_younger(gint64 since, gint64 duration, gint64 now)
{
    return duration > 0 && add_clamped(since, duration) > now;
}

/* `observed` receives MG_CLOCK_NONE where the group has no such key: it is not held back by it. */
static gboolean find_observation(const MgGroup *group, gint64 *observed, GError **error)
{
    const gchar *text = NULL;
    g_autofree gchar *quoted = NULL;

    *observed = MG_CLOCK_NONE;
    if (!mg_pairs_lookup(group->aggregate, OBSERVATION_KEY, &text))
        return TRUE;
    if (text != NULL && mg_duration_parse_time(text, observed))
        return TRUE;
    quoted = mg_error_quote(text);
    g_set_error(error, MG_ERROR, MG_ERROR_GROUP,
                "observation_age: the aggregate identifier's " OBSERVATION_KEY " is no time: %s",
                quoted);
    return FALSE;
}

gboolean mg_yaml_postpone_check(const MgYamlPostpone *postpone, const MgGroup *group, gint64 now,
                                gchar **because, gint64 *until, GError **error)
{
    Waiting waiting = {.now = now, .until = EARLIEST};
    gint64 observed = MG_CLOCK_NONE;

    *because = NULL;
    if (postpone->observation_age > 0 && !find_observation(group, &observed, error))
        return FALSE;
    if (postpone->notification_interval)
        wait_for_interval(&waiting, group);
    if (is_younger(group->inserted_at, postpone->newest_directive_age, now))
        wait_for(&waiting, "newest directive", group->inserted_at, postpone->newest_directive_age);
    if (observed != MG_CLOCK_NONE && is_younger(observed, postpone->observation_age, now))
        wait_for(&waiting, "observation", observed, postpone->observation_age);
    if (waiting.because == NULL)
        return TRUE;
    *because = g_string_free(waiting.because, FALSE);
    *until = waiting.until;
    return TRUE;
}
