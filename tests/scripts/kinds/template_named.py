# SPDX-License-Identifier: AGPL-3.0-or-later
"""Another template, by parameter."""

MAILS = [{"subject": "Other {ticket}", "text": "Other text\n"}]


def create_notifications(context):
    return context.mail_format_as_csv(template_name="other")
