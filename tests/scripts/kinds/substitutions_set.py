# SPDX-License-Identifier: AGPL-3.0-or-later
"""Names for the template in context.substitutions and by parameter, which wins."""

MAILS = [{"subject": "Names {ticket}", "text": "one TWO\n"}]


def create_notifications(context):
    context.substitutions = {"a": "one", "b": "two"}
    return context.mail_format_as_csv(template_name="names", substitutions={"b": "TWO"})
