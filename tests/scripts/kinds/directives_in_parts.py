# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two mails, each for its part of the directives."""

import copy

MAILS = [{"ips": [1]}, {"ips": [2, 3], "to": "other"}]
TICKETS = 2


def create_notifications(context):
    mails, whole = [], context.directive
    for name, part in (("abuse", slice(0, 1)), ("other", slice(1, None))):
        context.directive = copy.copy(whole)
        context.directive.recipient_address = name + "@directives_in_parts.example"
        context.directive.event_ids = whole.event_ids[part]
        context.directive.directive_ids = whole.directive_ids[part]
        mails += context.mail_format_as_csv()
    return mails
