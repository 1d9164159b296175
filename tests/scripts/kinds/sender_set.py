# SPDX-License-Identifier: AGPL-3.0-or-later
"""Another sender, set in the configuration."""

MAILS = [{"from": "Other <other@sender.example>", "sender": "other@sender.example"}]


def create_notifications(context):
    context.config["sender"] = "Other <other@sender.example>"
    return context.mail_format_as_csv()
