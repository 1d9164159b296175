# SPDX-License-Identifier: AGPL-3.0-or-later
"""The same, caught by the script itself."""

MAILS = [{}]


def create_notifications(context):
    try:
        return context.mail_format_as_csv(template_name="names_in_subject",
                                          substitutions={"a": "x\ny", "b": ""})
    except Exception:
        return context.mail_format_as_csv()
