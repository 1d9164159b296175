# SPDX-License-Identifier: AGPL-3.0-or-later
"""Fewer events, taken out of the list."""

MAILS = [{"ips": [1, 3]}]


def create_notifications(context):
    del context.directive.event_ids[1]
    return context.mail_format_as_csv()
