# SPDX-License-Identifier: AGPL-3.0-or-later
"""One without signing, with a template and a table."""

from intelmqmail.notification import ScriptContext, Template
from intelmqmail.tableformat import build_table_format

MAILS = [{"signed": False, "subject": "Hand {ticket}", "text": '"address"\n"192.0.2.1"\n"192.0.2.2"\n"192.0.2.3"\n\n'}]


def create_notifications(context):
    own = ScriptContext(context.config, context.db_cursor, None, context.directive, context.logger,
                        template=Template.from_strings("Hand ${ticket_number}", "${events_as_csv}\n"),
                        templates=None, default_format_spec=build_table_format("t", [("source.ip", "address")]))
    own.directive.template_name = "missing"
    return own.mail_format_as_csv()
