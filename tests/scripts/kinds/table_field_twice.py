# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two columns that show one field."""

from intelmqmail.tableformat import build_table_format

MAILS = [{"text": 'Dear 64496\n"ip","again"\n"192.0.2.1","192.0.2.1"\n"192.0.2.2","192.0.2.2"\n"192.0.2.3","192.0.2.3"\n\n'}]


def create_notifications(context):
    return context.mail_format_as_csv(build_table_format("t", [("source.ip", "ip"), ("source.ip", "again")]))
