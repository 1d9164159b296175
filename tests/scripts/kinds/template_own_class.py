# SPDX-License-Identifier: AGPL-3.0-or-later
"""A kind of template of the script's own."""

MAILS = [{"subject": "$ own {ticket}", "text": "64496 has $1\n"}]


class Own:
    def substitute(self, mapping):
        return f"$ own {mapping['ticket_number']}", f"{mapping['source.asn']} has $1\n"


def create_notifications(context):
    return context.mail_format_as_csv(template=Own())
