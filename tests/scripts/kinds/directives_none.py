# SPDX-License-Identifier: AGPL-3.0-or-later
"""No directive: nothing is marked."""

MAILS = [{}]
MARKED = []


def create_notifications(context):
    context.directive.directive_ids = []
    return context.mail_format_as_csv()
