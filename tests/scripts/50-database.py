# SPDX-License-Identifier: AGPL-3.0-or-later
"""Looks things up in the database of the group's transaction."""


def create_notifications(context):
    if context.directive.notification_format != "database":
        return None
    cursor = context.db_cursor
    cursor.execute('SELECT "source.ip", "source.asn", extra, "time.source" FROM events'
                   " WHERE id = ANY(%s) ORDER BY id", (context.directive.event_ids,))
    addresses = [str(row["source.ip"]) for row in cursor.fetchall()]
    cursor.execute("SELECT count(*) AS n FROM events WHERE \"source.asn\" = %(asn)s"
                   " AND \"source.ip\"::text LIKE '192.%%'", {"asn": 64496})
    return context.mail_format_as_csv(substitutions={
        "addresses": ", ".join(addresses), "n_events": cursor.fetchone()["n"]})
