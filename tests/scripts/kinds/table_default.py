# SPDX-License-Identifier: AGPL-3.0-or-later
"""default_format_spec replaced."""

from intelmqmail.tableformat import build_table_format

MAILS = [{"text": 'Dear 64496\n"address"\n"192.0.2.1"\n"192.0.2.2"\n"192.0.2.3"\n\n'}]


def create_notifications(context):
    assert context.default_format_spec.column_titles()["source.asn"] == "asn"
    context.default_format_spec = build_table_format("t", [("source.ip", "address")])
    return context.mail_format_as_csv()
