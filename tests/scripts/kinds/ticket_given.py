# SPDX-License-Identifier: AGPL-3.0-or-later
"""A number drawn before."""

MAILS = [{}]


def create_notifications(context):
    return context.mail_format_as_csv(ticket_number=context.new_ticket_number())
