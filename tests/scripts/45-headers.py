# SPDX-License-Identifier: AGPL-3.0-or-later
"""Headers on a mail that the program has made."""


def create_notifications(context):
    if context.directive.notification_format != "headers":
        return None
    notifications = context.mail_format_as_csv(attach_event_data=True)
    for notification in notifications:
        email = notification.email
        email.add_header("X-Ticket", notification.ticket)
        email["Reply-To"] = "Hotline für Fälle <hotline@cert.example>"
        email.replace_header("Subject", "[CERT] " + email["Subject"])
    return notifications
