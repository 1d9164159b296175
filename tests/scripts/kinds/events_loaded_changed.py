# SPDX-License-Identifier: AGPL-3.0-or-later
"""load_events replaced by what changes values."""

from intelmqmail.tableformat import build_table_format

MAILS = [{"text": 'Dear 64496\n"asn","ip"\n"64496","hidden"\n"64496","hidden"\n"64496","hidden"\n\n', "ips": None}]


def create_notifications(context):
    original = context.load_events
    context.load_events = lambda columns=None: [{**event, "source.ip": "hidden"} for event in original(columns)]
    return context.mail_format_as_csv(build_table_format("t", [("source.asn", "asn"), ("source.ip", "ip")]))
