# SPDX-License-Identifier: AGPL-3.0-or-later
"""Another aggregate identifier in its place."""

MAILS = [{"text": None, "ips": [1, 2, 3], "wire": ["\r\nDear 64511\r\n"]}]


def create_notifications(context):
    context.directive.aggregate_identifier = {"source.asn": "64511"}
    return context.mail_format_as_csv()
