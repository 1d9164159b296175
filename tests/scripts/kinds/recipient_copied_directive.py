# SPDX-License-Identifier: AGPL-3.0-or-later
"""A copy of the directive in its place."""

import copy

MAILS = [{"to": "other"}]


def create_notifications(context):
    context.directive = copy.copy(context.directive)
    context.directive.recipient_address = "other@recipient_copied_directive.example"
    return context.mail_format_as_csv()
