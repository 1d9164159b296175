# SPDX-License-Identifier: AGPL-3.0-or-later
"""Own attributes of a directive."""

MAILS = [{"subject": "Names {ticket}", "text": "mine mine\n"}]


def create_notifications(context):
    context.directive.desk = "mine"
    return context.mail_format_as_csv(template_name="names", substitutions={
        "a": context.directive["desk"], "b": context.directive.get("desk")})
