# SPDX-License-Identifier: AGPL-3.0-or-later
"""Another configuration in its place."""

MAILS = [{"from": "other@sender.example", "sender": "other@sender.example"}]


def create_notifications(context):
    context.config = {**context.config, "sender": "other@sender.example"}
    return context.mail_format_as_csv()
