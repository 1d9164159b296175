# SPDX-License-Identifier: AGPL-3.0-or-later
"""A key added to the aggregate identifier."""

MAILS = [{"subject": "Names {ticket}", "text": "added 1\n"}]


def create_notifications(context):
    context.directive.aggregate_identifier["a"] = "added"
    context.directive.aggregate_identifier["b"] = 1
    return context.mail_format_as_csv(template_name="names", substitutions={"a": "not this"})
