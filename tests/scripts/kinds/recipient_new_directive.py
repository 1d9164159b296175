# SPDX-License-Identifier: AGPL-3.0-or-later
"""A Directive of the script's own making."""

from intelmqmail.notification import Directive

MAILS = [{"to": "other"}]


def create_notifications(context):
    old = context.directive
    context.directive = Directive(
        recipient_address="other@recipient_new_directive.example", template_name=old.template_name,
        notification_format=old.notification_format, event_data_format=old.event_data_format,
        aggregate_identifier=old.aggregate_identifier, event_ids=old.event_ids,
        directive_ids=old.directive_ids, inserted_at=old.inserted_at)
    return context.mail_format_as_csv()
