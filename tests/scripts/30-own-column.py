# SPDX-License-Identifier: AGPL-3.0-or-later
"""A column that is computed from several fields."""

from intelmqmail.tableformat import Column, TableFormat, build_table_column


class Endpoint(Column):
    event_table_column = "source.ip"
    column_key = "endpoint"

    def value_from_event(self, event):
        return f"[{event['source.ip']}] \"{event['source.asn']}\""


class Counter(Column):
    """Needs no field of the event at all."""

    column_key = "number"

    def __init__(self, title):
        super().__init__(title)
        self.number = 0

    def value_from_event(self, event):
        self.number += 1
        return self.number


def create_notifications(context):
    if context.directive.notification_format != "own_column":
        return None
    table = TableFormat("own columns", [
        Counter("no"), Endpoint("endpoint"), build_table_column(("source.asn", "asn")),
        build_table_column(("time.source", "time")),
        build_table_column(("extra.system_desc", "description")),
        build_table_column(("source.geolocation.latitude", "latitude")),
    ])
    return context.mail_format_as_csv(table)
