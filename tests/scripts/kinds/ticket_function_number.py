# SPDX-License-Identifier: AGPL-3.0-or-later
"""new_ticket_number replaced by one that gives what is no text, but has one."""

MAILS = [{"subject": "Report 20200101-00000009"}]
TICKET = "20200101-00000009"


class Number(int):
    def __str__(self):
        return f"{self // 10 ** 8}-{self % 10 ** 8:08}"


def create_notifications(context):
    context.new_ticket_number = lambda: Number(20200101_00000009)
    return context.mail_format_as_csv()
