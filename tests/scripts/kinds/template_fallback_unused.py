# SPDX-License-Identifier: AGPL-3.0-or-later
"""A fallback template beside one that is there."""

from intelmqmail.templates import Template

MAILS = [{}]


def create_notifications(context):
    context.fallback_template = Template.from_strings("Fallback ${ticket_number}", "Fallback\n")
    return context.mail_format_as_csv()
