# SPDX-License-Identifier: AGPL-3.0-or-later
"""A directive left out stays pending."""

MAILS = [{}]
MARKED = [0, 2]


def create_notifications(context):
    context.directive.directive_ids.pop(1)
    return context.mail_format_as_csv()
