# SPDX-License-Identifier: AGPL-3.0-or-later
"""A CSV of the script's own, through DictWriter."""

import csv
import io

from intelmqmail.tableformat import build_table_format

MAILS = [{"subject": "Own {ticket}", "text": 'Dear 64496\nip;system\n192.0.2.1;RouterOS\n192.0.2.2;RouterOS\n192.0.2.3;RouterOS\n\n'}]
table = build_table_format("t", [("source.ip", "ip"), ("extra.system_desc", "system")])


def create_notifications(context):
    out = io.StringIO()
    writer = csv.DictWriter(out, table.column_keys(), delimiter=";", lineterminator="\n")
    writer.writerow(table.column_titles())
    for event in context.load_events(table.event_table_columns()):
        writer.writerow(table.row_from_event(event))
    return context.mail_format_as_csv(template_name="own_csv", substitutions={"csv": out.getvalue()})
