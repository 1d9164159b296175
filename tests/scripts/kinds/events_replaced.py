# SPDX-License-Identifier: AGPL-3.0-or-later
"""Another list of events, in any order, one twice."""

MAILS = [{"ips": [1, 3]}]


def create_notifications(context):
    ids = context.directive.event_ids
    context.directive.event_ids = [ids[2], ids[0], ids[2]]
    return context.mail_format_as_csv()
