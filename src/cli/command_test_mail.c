/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "cli/command_test_mail.h"

#define MG_LOGGER "intelmqmail.cb"
#include "base/error.h"
#include "base/json_writer.h"
#include "base/log.h"
#include "cli/opening.h"
#include "run/trial_mail.h"
#include "mime/address.h"

#include <stdio.h>

static void log_acceptance(const MgMail *mail, const MgOutcome *outcome)
{
    g_autofree gchar *to = g_strjoinv(", ", mail->envelope_tos);
    const MgLogField fields[] = {{"ticket", mail->ticket},
                                 {"recipient", to},
                                 {"message_id", mail->message_id},
                                 {"queue_id", outcome->queue_id},
                                 {NULL, NULL}};

    mg_log_write(MG_LOG_INFO, MG_LOGGER, fields, "test mail to %s accepted: '%s'", to,
                 outcome->reply);
}

static void print(const MgSite *site, const gchar *address, const MgMail *mail,
                  const MgOutcome *outcome)
{
    g_autofree gchar *to = g_strjoinv(", ", mail->envelope_tos);
    const MgSmtpSettings *smtp = &site->settings->smtp;

    printf("sent to:    %s\n", to);
    if (site->settings->safety.redirect_to != NULL)
        printf("instead of: %s (safety.redirect_to)\n", address);
    printf("by:         %s port %u\n", smtp->host, smtp->port);
    printf("reply:      %s\n", outcome->reply);
    printf("Message-Id: %s\n", mail->message_id);
    printf("signed:     %s\n",
           site->keyring != NULL ? mg_keyring_fingerprint(site->keyring) : "no");
}

static void print_json(const MgSite *site, const gchar *address, const MgMail *mail,
                       const MgOutcome *outcome)
{
    g_autoptr(GString) out = g_string_new(NULL);
    gboolean is_redirected = site->settings->safety.redirect_to != NULL;

    mg_json_writer_open(out, NULL, '{');
    mg_json_writer_texts(out, "sent_to", mail->envelope_tos);
    mg_json_writer_text(out, "instead_of", is_redirected ? address : NULL);
    mg_json_writer_text(out, "host", site->settings->smtp.host);
    mg_json_writer_number(out, "port", site->settings->smtp.port);
    mg_json_writer_text(out, "reply", outcome->reply);
    mg_json_writer_text(out, "queue_id", outcome->queue_id);
    mg_json_writer_text(out, "message_id", mail->message_id);
    mg_json_writer_text(out, "signed_by",
                        site->keyring != NULL ? mg_keyring_fingerprint(site->keyring) : NULL);
    mg_json_writer_close(out, '}');
    puts(out->str);
}

static MgExit send_to(const MgCommonOptions *options, const gchar *address)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(MgSettings) settings = mg_opening_settings(options, &error);
    g_autoptr(MgSite) site = NULL;
    g_autoptr(MgMail) mail = NULL;
    g_autoptr(MgOutcome) outcome = NULL;

    if (settings == NULL)
        return mg_exit_for(error);
    settings->workers = 1; /* else the keyring gets an agent ready for each */
    site = mg_site_open(settings, g_ptr_array_new(), MG_PURPOSE_SEND, &error);
    if (site == NULL)
        return mg_exit_for(error);
    outcome = mg_trial_mail_send(site, address, &mail, &error);
    if (outcome == NULL)
        return mg_exit_for(error);
    log_acceptance(mail, outcome);
    if (options->json)
        print_json(site, address, mail, outcome);
    else
        print(site, address, mail, outcome);
    return MG_EXIT_OK;
}

MgExit mg_command_test_mail(gint argc, gchar **argv)
{
    const MgCommonSyntax syntax = {
        .command = "test-mail",
        .arguments_text = "ADDRESS",
        .min_arguments = 1,
        .max_arguments = 1,
        .statuses = "  0  the mail server has accepted it\n"
                    "  1  it has not, or could not be asked\n"
                    "  2  wrong usage or configuration, nothing was tried\n",
        .has_json = TRUE,
        .summary = "Sends one mail that says it is a test to ADDRESS, signed and delivered as "
                   "notifications\nare. No directive is touched.",
    };
    g_auto(MgCommonOptions) options;
    g_auto(GStrv) arguments = NULL;
    g_autoptr(GError) error = NULL;

    if (!mg_common_options_parse(&options, &syntax, argc, argv, &arguments, &error))
        return mg_exit_for_usage(error);
    if (!mg_address_check(arguments[0], &error))
        return mg_exit_for_usage(error);
    return send_to(&options, arguments[0]);
}
