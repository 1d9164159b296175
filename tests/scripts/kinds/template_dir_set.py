# SPDX-License-Identifier: AGPL-3.0-or-later
"""Another template directory, set in the configuration."""

MAILS = [{"subject": "Elsewhere {ticket}", "text": "Elsewhere 64496\n"}]


def create_notifications(context):
    context.config["template_dir"] = context.config["further_templates"]
    return context.mail_format_as_csv()
