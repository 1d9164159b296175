# SPDX-License-Identifier: AGPL-3.0-or-later
"""True is no list: an error of that group."""

MAILS = []
MARKED = []
ERRORS = ["TypeError"]


def create_notifications(context):
    return True
