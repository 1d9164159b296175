# SPDX-License-Identifier: AGPL-3.0-or-later
"""Another template, set in the directive."""

MAILS = [{"subject": "Other {ticket}", "text": "Other text\n"}]


def create_notifications(context):
    context.directive.template_name = "other"
    return context.mail_format_as_csv()
