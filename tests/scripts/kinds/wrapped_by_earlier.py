# SPDX-License-Identifier: AGPL-3.0-or-later
"""mail_format_as_csv replaced by a wrapper that sets a recipient first."""

MAILS = [{"to": "other"}]


def create_notifications(context):
    original = context.mail_format_as_csv
    def wrapper(*args, **kwargs):
        context.directive.recipient_address = "other@wrapped_by_earlier.example"
        return original(*args, **kwargs)
    context.mail_format_as_csv = wrapper
    return context.mail_format_as_csv()
