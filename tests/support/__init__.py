# SPDX-License-Identifier: AGPL-3.0-or-later
"""The real servers that tests run against, one file each."""
