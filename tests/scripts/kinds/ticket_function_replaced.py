# SPDX-License-Identifier: AGPL-3.0-or-later
"""new_ticket_number replaced."""

MAILS = [{"subject": "Report 20200101-00000007"}]
TICKET = "20200101-00000007"


def create_notifications(context):
    context.new_ticket_number = lambda: "20200101-00000007"
    return context.mail_format_as_csv()
