# SPDX-License-Identifier: AGPL-3.0-or-later
"""Columns of the script's own, and what they miss in the event: KeyError."""

from intelmqmail.tableformat import Column, TableFormat

MAILS = [{"subject": "Next {ticket}"}]
ERRORS = ["KeyError: 'source.port'"]


class Endpoint(Column):
    event_table_column = "source.ip"
    column_key = "endpoint"
    def value_from_event(self, event):
        return f"{event['source.ip']}:{event['source.port']}"


def create_notifications(context):
    return context.mail_format_as_csv(TableFormat("t", [Endpoint("endpoint")]))
