# SPDX-License-Identifier: AGPL-3.0-or-later
"""SystemExit: logged, the next script is asked."""

import sys

MAILS = [{"subject": "Next {ticket}"}]
ERRORS = ["SystemExit"]


def create_notifications(context):
    sys.exit(1)
