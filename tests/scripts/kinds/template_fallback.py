# SPDX-License-Identifier: AGPL-3.0-or-later
"""A fallback template for a directive whose own is missing."""

from intelmqmail.templates import Template

MAILS = [{"subject": "Fallback {ticket}", "text": "Fallback 64496\n"}]


def create_notifications(context):
    context.fallback_template = Template.from_strings("Fallback ${ticket_number}", "Fallback ${source.asn}\n")
    context.directive.template_name = "missing"
    return context.mail_format_as_csv()
