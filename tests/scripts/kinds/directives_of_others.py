# SPDX-License-Identifier: AGPL-3.0-or-later
"""Directives of other groups are not this script's."""

MAILS = [{}]


def create_notifications(context):
    context.directive.directive_ids = list(range(1, 10000))
    return context.mail_format_as_csv()
