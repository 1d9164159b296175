# SPDX-License-Identifier: AGPL-3.0-or-later
"""Left out once the mail is made."""

MAILS = [{}]
MARKED = [1, 2]


def create_notifications(context):
    mails = context.mail_format_as_csv()
    mails[0].directive.directive_ids = mails[0].directive.directive_ids[1:]
    return mails
