# SPDX-License-Identifier: AGPL-3.0-or-later
"""One mail before the recipient is set, one after it."""

MAILS = [{}, {"to": "other"}]


def create_notifications(context):
    first = context.mail_format_as_csv()
    context.directive.recipient_address = "other@recipient_set_between.example"
    return first + context.mail_format_as_csv(ticket_number=first[0].ticket, mark_as_sent=False)
