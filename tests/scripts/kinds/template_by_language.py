# SPDX-License-Identifier: AGPL-3.0-or-later
"""The next language's template where the first is missing."""

from intelmqmail.templates import read_template

MAILS = [{"subject": "Other {ticket}", "text": "Other text\n"}]


def create_notifications(context):
    for name in ("open_snmp.fr", "open_snmp.it", "other"):
        try:
            template = read_template(context.config["template_dir"], name)
        except OSError:
            continue
        return context.mail_format_as_csv(template=template)
