# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two recipients in the directive's address."""

MAILS = [{"to": "abuse@recipient_two.example, other@recipient_two.example",
          "envelope": ["abuse", "other"]}]


def create_notifications(context):
    context.directive.recipient_address += ", other@recipient_two.example"
    return context.mail_format_as_csv()
