# SPDX-License-Identifier: AGPL-3.0-or-later
"""A context that the script makes itself."""

import copy

from intelmqmail.notification import ScriptContext

MAILS = [{"to": "other", "ips": [2]}]


def create_notifications(context):
    directive = copy.copy(context.directive)
    directive.recipient_address = "other@context_by_hand.example"
    directive.event_ids = directive.event_ids[1:2]
    own = ScriptContext(context.config, context.db_cursor, context.gpgme_ctx, directive, context.logger)
    return own.mail_format_as_csv()
