# SPDX-License-Identifier: AGPL-3.0-or-later
"""The subject replaced, not in ASCII."""

MAILS = [{"subject": "[Überblick] Report {ticket}"}]


def create_notifications(context):
    mails = context.mail_format_as_csv()
    mails[0].email.replace_header("Subject", "[Überblick] " + mails[0].email["Subject"])
    return mails
