# SPDX-License-Identifier: AGPL-3.0-or-later
"""load_events replaced by what filters."""

MAILS = [{"ips": [2]}]


def create_notifications(context):
    original = context.load_events
    def load_events(columns=None):
        return [event for event in original(columns) if event["source.ip"] == "192.0.2.2"]
    context.load_events = load_events
    return context.mail_format_as_csv()
