# SPDX-License-Identifier: AGPL-3.0-or-later
"""A class derived from TableFormat that adds a column of its own."""

from intelmqmail.tableformat import TableFormat, build_table_column

MAILS = [{"text": 'Dear 64496\n"ip","row"\n"192.0.2.1","1"\n"192.0.2.2","2"\n"192.0.2.3","3"\n\n'}]


class Numbered(TableFormat):
    number = 0
    def column_keys(self):
        return super().column_keys() + ["row"]

    def column_titles(self):
        return {**super().column_titles(), "row": "row"}

    def row_from_event(self, event):
        self.number += 1
        return {**super().row_from_event(event), "row": self.number}


def create_notifications(context):
    return context.mail_format_as_csv(Numbered("t", [build_table_column(("source.ip", "ip"))]))
