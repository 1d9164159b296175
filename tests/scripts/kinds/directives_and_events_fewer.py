# SPDX-License-Identifier: AGPL-3.0-or-later
"""A directive left out, and its event."""

MAILS = [{"ips": [1]}]
MARKED = [0]


def create_notifications(context):
    directive = context.directive
    directive.directive_ids = directive.directive_ids[:1]
    directive.event_ids = directive.event_ids[:1]
    return context.mail_format_as_csv()
