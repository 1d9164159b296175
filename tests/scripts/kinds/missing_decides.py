# SPDX-License-Identifier: AGPL-3.0-or-later
"""A mapping's own __missing__."""

from intelmqmail.templates import Template

MAILS = [{"subject": "<a> {ticket}", "text": "<b>\n"}]


class Marked(dict):
    def __missing__(self, name):
        return f"<{name}>"


def create_notifications(context):
    subject, body = Template.from_strings("${a} $$", "$b\n").substitute(Marked())
    return context.mail_format_as_csv(template=Template.from_strings(subject.replace("$", "${ticket_number}"), body))
