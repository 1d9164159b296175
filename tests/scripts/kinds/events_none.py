# SPDX-License-Identifier: AGPL-3.0-or-later
"""load_events replaced by what finds nothing."""

MAILS = [{"ips": []}]


def create_notifications(context):
    context.load_events = lambda columns=None: []
    return context.mail_format_as_csv()
