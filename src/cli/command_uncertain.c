/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "cli/command_uncertain.h"

#define MG_LOGGER "intelmqmail.cb"
#include "base/error.h"
#include "base/log.h"
#include "base/json_writer.h"
#include "cli/common_options.h"
#include "cli/json_list.h"
#include "cli/opening.h"
#include "cli/plain_text.h"
#include "database/intent.h"
#include "database/sent.h"
#include "database/uncertain.h"

#include <stdio.h>

#define MOST_ARGUMENTS 10000

typedef struct {
    MgCommonOptions common;
    gboolean was_sent;
    gboolean send_again;
    gchar **deliveries; /* ids and tickets, as given */
} Options;

static void options_clear(Options *options)
{
    mg_common_options_clear(&options->common);
    g_strfreev(options->deliveries);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Options, options_clear)

static const gchar *mistake_in(const Options *options)
{
    gboolean decides = options->was_sent || options->send_again;

    if (options->was_sent && options->send_again)
        return "--was-sent and --send-again exclude each other";
    if (decides && options->deliveries[0] == NULL)
        return "the decision needs a delivery's id or a ticket number";
    if (!decides && options->deliveries[0] != NULL)
        return "a delivery is named, but not what to do: --was-sent or --send-again";
    return NULL;
}

static gboolean parse(Options *options, gint argc, gchar **argv, GError **error)
{
    const GOptionEntry entries[] = {
        {"was-sent", 0, 0, G_OPTION_ARG_NONE, &options->was_sent,
         "the recipient has it: record it as sent", NULL},
        {"send-again", 0, 0, G_OPTION_ARG_NONE, &options->send_again,
         "send it again under the same ticket and Message-Id", NULL},
        {NULL},
    };
    const MgCommonSyntax syntax = {
        .command = "uncertain",
        .arguments_text = "[ID|TICKET...]",
        .max_arguments = MOST_ARGUMENTS,
        .summary =
            "Lists deliveries whose end is not known; with --was-sent or --send-again, notes\n"
            "the decision about those that are named. The next run acts on it.",
        .statuses = MG_COMMON_OPTIONS_STATUSES "  3  one of those named is not uncertain\n",
        .entries = entries,
        .has_json = TRUE,
    };
    const gchar *mistake;

    *options = (Options){0};
    if (!mg_common_options_parse(&options->common, &syntax, argc, argv, &options->deliveries,
                                 error))
        return FALSE;
    mistake = mistake_in(options);
    if (mistake != NULL)
        g_set_error(error, MG_ERROR, MG_ERROR_SETUP, "%s\nHINT: see intelmqcbmail uncertain --help",
                    mistake);
    return mistake == NULL;
}

static const gchar *state_in_list(const MgIntent *intent)
{
    if (intent->decision == MG_DECISION_WAS_SENT)
        return "was-sent";
    return intent->decision == MG_DECISION_SEND_AGAIN ? "send-again" : mg_uncertain_state(intent);
}

static gsize count_directives(const MgIntent *intent)
{
    return intent->group != NULL ? intent->group->n_directives : 0;
}

static void print_line(const MgIntent *intent)
{
    g_autoptr(GString) directives = g_string_new(NULL);
    g_autofree gchar *joined = g_strjoinv(",", intent->recipients);
    g_autofree gchar *recipients = mg_plain_text_clean(joined);
    g_autofree gchar *message_id = mg_plain_text_clean(intent->message_id);
    g_autofree gchar *since = mg_plain_text_time(intent->created_at);
    g_autofree gchar *ticket = mg_plain_text_clean(intent->ticket);

    mg_plain_text_append_count(directives, count_directives(intent), "directive", "directives");
    printf("%" G_GINT64_FORMAT "  %s  %s  since %s  %s  %s  %s\n", intent->id, ticket,
           state_in_list(intent), since, directives->str, recipients, message_id);
}

static void append_intent(GString *out, gconstpointer element)
{
    const MgIntent *intent = element;

    mg_json_writer_open(out, NULL, '{');
    mg_json_writer_number(out, "id", intent->id);
    mg_json_writer_text(out, "ticket", intent->ticket);
    mg_json_writer_text(out, "message_id", intent->message_id);
    mg_json_writer_text(out, "state", mg_uncertain_state(intent));
    mg_json_writer_text(out, "decision", mg_uncertain_decision_name(intent->decision));
    mg_json_writer_time(out, "since", intent->created_at);
    mg_json_writer_time(out, "held_since", intent->held_since);
    mg_json_writer_texts(out, "recipients", intent->recipients);
    mg_json_writer_flag(out, "is_copy", !intent->marks_directives);
    mg_json_writer_open(out, "directive_ids", '[');
    for (gsize i = 0; i < count_directives(intent); i++)
        mg_json_writer_number(out, NULL, intent->group->directive_ids[i]);
    mg_json_writer_close(out, ']');
    mg_json_writer_close(out, '}');
}

static MgExit list(MgConnection *connection, const Options *options)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) intents = mg_uncertain_list(connection, &error);

    if (intents == NULL)
        return mg_exit_for(error);
    if (options->common.json) {
        mg_json_list_print(intents, append_intent);
        return MG_EXIT_OK;
    }
    for (guint i = 0; i < intents->len; i++)
        print_line(g_ptr_array_index(intents, i));
    if (intents->len == 0)
        fputs("no delivery is uncertain\n", stderr); /* a log may go elsewhere */
    return MG_EXIT_OK;
}

/* An id is all digits, a ticket is not. (element-type gint64) */
static GArray *find(MgConnection *connection, const gchar *delivery, GError **error)
{
    gint64 id;

    if (g_ascii_string_to_signed(delivery, 10, 1, G_MAXINT64, &id, NULL)) {
        GArray *one = g_array_new(FALSE, FALSE, sizeof id);
        return g_array_append_val(one, id);
    }
    return mg_uncertain_find(connection, delivery, error);
}

static MgDecide decide_all(MgConnection *connection, const gchar *delivery,
                           MgIntentDecision decision, GError **error)
{
    g_autoptr(GArray) ids = find(connection, delivery, error);
    MgDecide how = MG_DECIDE_NONE;

    if (ids == NULL)
        return MG_DECIDE_FAILED;
    for (guint i = 0; i < ids->len; i++) {
        MgDecide one =
            mg_uncertain_decide(connection, g_array_index(ids, gint64, i), decision, error);
        if (one == MG_DECIDE_FAILED)
            return one;
        if (one != MG_DECIDE_NONE) /* settled in the meantime: nothing to say */
            how = how == MG_DECIDE_IN_HAND ? how : one;
    }
    return how;
}

/* Why there is no such delivery: a ticket may be settled long ago. */
static void tell_none(MgConnection *connection, const gchar *delivery)
{
    g_autofree gchar *quoted = mg_error_quote(delivery);
    gboolean recorded = FALSE;

    if (mg_sent_was_recorded(connection, delivery, &recorded, NULL) && recorded)
        mg_log_critical("Error: no delivery of ticket %s is uncertain: it is recorded as sent",
                        quoted);
    else
        mg_log_critical("Error: there is no uncertain delivery %s", quoted);
}

static void tell(MgConnection *connection, const Options *options, const gchar *delivery,
                 MgDecide how)
{
    g_autofree gchar *quoted = mg_error_quote(delivery);

    if (how == MG_DECIDE_NONE)
        tell_none(connection, delivery);
    else if (how == MG_DECIDE_IN_HAND)
        mg_log_critical("Error: delivery %s is in the hands of a run that is going on: nothing to "
                        "decide",
                        quoted);
    else if (!options->common.json)
        printf("%s noted: the next run %s\n", quoted,
               options->was_sent ? "records it as sent" : "sends it again");
}

static void append_result(GString *out, const gchar *delivery, MgDecide how)
{
    static const gchar *const names[] = {
        [MG_DECIDE_DONE] = "noted",
        [MG_DECIDE_NONE] = "none",
        [MG_DECIDE_IN_HAND] = "in_hand",
    };

    mg_json_writer_open(out, NULL, '{');
    mg_json_writer_text(out, "delivery", delivery);
    mg_json_writer_text(out, "result", names[how]);
    mg_json_writer_close(out, '}');
}

static MgExit decide(MgConnection *connection, const Options *options)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) out = g_string_new("[");
    MgExit status = MG_EXIT_OK;

    for (guint i = 0; options->deliveries[i] != NULL; i++) {
        const gchar *delivery = options->deliveries[i];
        MgDecide how =
            decide_all(connection, delivery,
                       options->was_sent ? MG_DECISION_WAS_SENT : MG_DECISION_SEND_AGAIN, &error);
        if (how == MG_DECIDE_FAILED)
            return mg_exit_for(error);
        if (how != MG_DECIDE_DONE)
            status = MG_EXIT_GROUPS_FAILED;
        append_result(out, delivery, how);
        tell(connection, options, delivery, how);
    }
    if (options->common.json)
        printf("%s]\n", out->str);
    return status;
}

/* A database of the Python program has no place for intents: no delivery can be found uncertain. */
static gboolean check_support(MgConnection *connection, GError **error)
{
    gboolean supported;

    if (!mg_intent_is_supported(connection, &supported, error))
        return FALSE;
    if (!supported)
        g_set_error(error, MG_ERROR, MG_ERROR_SETUP,
                    "the database keeps no delivery intents, so nobody knows what is uncertain\n"
                    "HINT: as superuser: psql -f notifications.sql, and the GRANTs of its head");
    return supported;
}

MgExit mg_command_uncertain(gint argc, gchar **argv)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(MgSettings) settings = NULL;
    g_autoptr(MgConnection) connection = NULL;
    g_auto(Options) options;

    if (!parse(&options, argc, argv, &error))
        return mg_exit_for_usage(error);
    settings = mg_opening_settings(&options.common, &error);
    if (settings == NULL)
        return mg_exit_for(error);
    connection = mg_connection_open(&settings->database, "uncertain", &error);
    if (connection == NULL || !check_support(connection, &error))
        return mg_exit_for(error);
    return options.was_sent || options.send_again ? decide(connection, &options)
                                                  : list(connection, &options);
}
