# SPDX-License-Identifier: AGPL-3.0-or-later
"""Texts by name in context.templates, whose blank first lines count; an empty one is none."""

MAILS = [{"subject": "By name {ticket}", "text": "\n64496 by name\n"}]


def create_notifications(context):
    context.templates = {"open_snmp": "By name ${ticket_number}\n\n${source.asn} by name\n", "other": ""}
    return context.mail_format_as_csv()
