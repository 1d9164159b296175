# SPDX-License-Identifier: AGPL-3.0-or-later
"""What format scripts and other programs import: thin, the work is done by the C core."""
