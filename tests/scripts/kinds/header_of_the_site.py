# SPDX-License-Identifier: AGPL-3.0-or-later
"""One of the site's own headers stands once as well."""

MAILS = [{"headers": {"Organization": "another"}}]


def create_notifications(context):
    mails = context.mail_format_as_csv()
    mails[0].email["Organization"] = "another"
    return mails
