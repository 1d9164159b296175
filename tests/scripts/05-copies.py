# SPDX-License-Identifier: AGPL-3.0-or-later
"""Copies for the desks that look after a group of recipients: same ticket, same To, other envelope."""

DESKS = {
    "Government": ["internal-gov@cert.example"],
    "Energy": ["energy@cert.example", "energy-backup@cert.example"],
}


def create_notifications(context):
    desk = DESKS.get(context.directive.get_aggregation_item("recipient_group"))
    if desk is None:
        return None
    original = context.mail_format_as_csv

    def mail_format_as_csv_with_copy(*args, **kwargs):
        notifications = original(*args, **kwargs)
        kwargs = dict(kwargs, envelope_tos=desk, ticket_number=notifications[0].ticket,
                      mark_as_sent=False, attach_event_data=True)
        return notifications + original(*args, **kwargs)

    context.mail_format_as_csv = mail_format_as_csv_with_copy
    return None
