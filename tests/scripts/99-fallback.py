# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whatever nobody else wanted, with a template of its own."""

from intelmqmail.notification import FALLBACK_FORMAT_SPEC
from intelmqmail.templates import Template

template = Template.from_strings(
    "Fallback report ${ticket_number}",
    "For ${source.asn} (${recipient_group}), costs $$0\n\n${events_as_csv}\n")


def create_notifications(context):
    if context.directive.notification_format == "nobody":
        return None
    return context.mail_format_as_csv(FALLBACK_FORMAT_SPEC, template=template,
                                      substitutions={"source.asn": "no AS",
                                                     "recipient_group": "no group"})
