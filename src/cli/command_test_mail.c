/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "cli/command_test_mail.h"

#define MG_LOGGER "intelmqmail.cb"
#include "base/error.h"
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

    mg_log_write(MG_LOG_INFO, MG_LOGGER, fields, "test mail to %s accepted: %s", to,
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
        .summary = "Sends one mail that says it is a test to ADDRESS, signed and delivered as "
                   "notifications\nare. No directive is touched.",
    };
    g_auto(MgCommonOptions) options;
    g_auto(GStrv) arguments = NULL;
    g_autoptr(GError) error = NULL;

    if (!mg_common_options_parse(&options, &syntax, argc, argv, &arguments, &error))
        return mg_exit_for(error);
    if (!mg_address_check(arguments[0], &error)) {
        error->code = MG_ERROR_SETUP; /* a mistake on the command line */
        return mg_exit_for(error);
    }
    return send_to(&options, arguments[0]);
}
