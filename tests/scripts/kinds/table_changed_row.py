# SPDX-License-Identifier: AGPL-3.0-or-later
"""A class that changes values by key, those of extra too."""

from intelmqmail.tableformat import TableFormat, build_table_column

MAILS = [{"text": 'Dear 64496\n"ip","system"\n' + '"hidden","ROUTEROS"\n' * 3 + "\n", "ips": None}]


class Hiding(TableFormat):
    def row_from_event(self, event):
        row = super().row_from_event(event)
        row["source.ip"] = "hidden"
        row["extra:system_desc"] = row["extra:system_desc"].upper()
        return row


def create_notifications(context):
    return context.mail_format_as_csv(Hiding("t", [build_table_column(("source.ip", "ip")),
                                                   build_table_column(("extra.system_desc", "system"))]))
