# SPDX-License-Identifier: AGPL-3.0-or-later
"""A line break from an aggregate value in the subject: found while the next script can be asked."""

MAILS = [{"subject": "Next {ticket}"}]
ERRORS = ["line break"]


def create_notifications(context):
    context.directive.aggregate_identifier["a"] = "x\nBcc: other@line_break_in_subject.example"
    context.directive.aggregate_identifier["b"] = ""
    return context.mail_format_as_csv(template_name="names_in_subject")
