/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/stage2_decide.h"

#include "base/error.h"

#define NOW (G_GINT64_CONSTANT(1795575600) * G_USEC_PER_SEC) /* 2026-11-25 */

typedef struct {
    MgFormat format;
    gint answer;      /* MgAnswer, or -1: fails */
    guint first_rule; /* as it was asked */
} Fake;

static MgDecision *decide(MgFormat *format, const MgQuestion *question, GError **error)
{
    gint answer = ((Fake *)format)->answer;

    ((Fake *)format)->first_rule = question->first_rule;
    if (answer >= 0)
        return mg_decision_new((MgAnswer)answer, format->filename);
    g_set_error_literal(error, MG_ERROR, MG_ERROR_GROUP, "a mistake");
    return NULL;
}

static Fake *add_format(GPtrArray *formats, const gchar *name, gint answer, gboolean is_final)
{
    static const MgFormatClass classes[] = {{decide, (gpointer)g_free, FALSE},
                                            {decide, (gpointer)g_free, TRUE}};
    Fake *fake = g_new0(Fake, 1);

    fake->format.klass = &classes[is_final];
    fake->format.filename = g_strdup(name);
    fake->answer = answer;
    g_ptr_array_add(formats, fake);
    return fake;
}

static const struct {
    const gchar *name;
    gint first;
    gboolean first_is_final;
    gint second;
    const gchar *answered; /* NULL: nobody */
} decisions[] = {
    {"the first", MG_ANSWER_POSTPONED, FALSE, MG_ANSWER_POSTPONED, "1"},
    {"not mine", MG_ANSWER_NOT_MINE, FALSE, MG_ANSWER_POSTPONED, "2"},
    {"a failure goes on", -1, FALSE, MG_ANSWER_POSTPONED, "2"},
    {"a failure is final", -1, TRUE, MG_ANSWER_POSTPONED, NULL},
    {"nobody", MG_ANSWER_NOT_MINE, FALSE, MG_ANSWER_NOT_MINE, NULL},
};

static void test_decide(void)
{
    g_autoptr(MgGroup) group = mg_group_new();
    g_autoptr(MgBusy) busy = mg_busy_new();
    const MgQuestion question = {.group = group, .now = NOW};

    for (gsize i = 0; i < G_N_ELEMENTS(decisions); i++) {
        g_autoptr(GPtrArray) formats =
            g_ptr_array_new_with_free_func((GDestroyNotify)mg_format_free);
        g_autoptr(GError) error = NULL;
        g_autoptr(MgDecision) decision = NULL;

        g_test_message("%s", decisions[i].name);
        add_format(formats, "1", decisions[i].first, decisions[i].first_is_final);
        add_format(formats, "2", decisions[i].second, FALSE);
        decision = mg_stage2_decide(formats, &question, busy, TRUE, &error);
        g_assert_cmpstr(decision != NULL ? decision->format_name : NULL, ==, decisions[i].answered);
        if (decision == NULL)
            g_assert_error(error, MG_ERROR, MG_ERROR_GROUP);
    }
}

/* What stands before has passed the group on; what comes after is asked from its beginning. */
static void test_begins_behind_who_passed_on(void)
{
    g_autoptr(GPtrArray) formats = g_ptr_array_new_with_free_func((GDestroyNotify)mg_format_free);
    g_autoptr(MgGroup) group = mg_group_new();
    const MgQuestion question = {.group = group, .now = NOW, .first_format = 1, .first_rule = 3};
    g_autoptr(MgBusy) busy = mg_busy_new();
    g_autoptr(MgDecision) decision = NULL;
    Fake *passed_on, *last;

    add_format(formats, "1", MG_ANSWER_POSTPONED, TRUE);
    passed_on = add_format(formats, "2", MG_ANSWER_NOT_MINE, TRUE);
    last = add_format(formats, "3", MG_ANSWER_POSTPONED, TRUE);
    decision = mg_stage2_decide(formats, &question, busy, TRUE, NULL);
    g_assert_cmpstr(decision->format_name, ==, "3");
    g_assert_cmpuint(decision->format, ==, 2);
    g_assert_cmpuint(passed_on->first_rule, ==, 3);
    g_assert_cmpuint(last->first_rule, ==, 0);
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/stage2_decide/decide", test_decide);
    g_test_add_func("/stage2_decide/begins_behind_who_passed_on", test_begins_behind_who_passed_on);
    return g_test_run();
}
