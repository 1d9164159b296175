# SPDX-License-Identifier: AGPL-3.0-or-later
"""Mails that fit: what mail_format_as_csv(data="by_size") needs beside the core."""

import bisect
import copy
import re

UNITS = {"": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "kB": 10**3, "MB": 10**6, "GB": 10**9}
DEFAULTS = {"inline_rows": 100, "attachment_size": "2MiB", "zip": True, "mail_size": "9MiB"}


def _bytes(name, size):
    if isinstance(size, int) and not isinstance(size, bool):
        return size
    found = re.fullmatch("([0-9]+)([A-Za-z]*)", size) if isinstance(size, str) else None
    if found is None or found[2] not in UNITS:
        raise ValueError(f"{name} must be a size like 9MiB, 500kB or 200000, but is {size!r}")
    return int(found[1]) * UNITS[found[2]]


def limits(by_size):
    """The dict as the core takes it. ValueError for what is no limit."""
    unknown = set(by_size or {}) - set(DEFAULTS)
    if unknown:
        raise ValueError(f"unknown in by_size: {', '.join(map(repr, sorted(unknown)))};"
                         f" known are: {', '.join(DEFAULTS)}")
    wanted = {**DEFAULTS, **(by_size or {})}
    return (int(wanted["inline_rows"]), _bytes("attachment_size", wanted["attachment_size"]),
            bool(wanted["zip"]), _bytes("mail_size", wanted["mail_size"]))


def _find(numbers, wanted):
    """The number itself, of those in ascending order, or None: a million equal ones would be 32 MB more."""
    place = bisect.bisect_left(numbers, wanted)
    return numbers[place] if place < len(numbers) and numbers[place] == wanted else None


def parts_of(directive, directive_events, starts):
    """A directive for each part; `starts`: the first event of each, ascending. Of `directive_events`, pairs of a
    directive's and its event's id, those count that the directive has. Events that are gone go with those before
    them."""
    if len(starts) == 1:
        return [directive]
    parts = [copy.copy(directive) for _ in starts]
    for part in parts:
        part.event_ids, part.directive_ids = [], []
    directive_ids, event_ids = sorted(directive.directive_ids), sorted(directive.event_ids)
    for directive_id, event_id in directive_events:
        own_id = _find(directive_ids, directive_id)
        if own_id is not None:
            part = parts[max(bisect.bisect_right(starts, event_id) - 1, 0)]
            part.directive_ids.append(own_id)
            part.event_ids.append(_find(event_ids, event_id) or event_id)
    for part in parts:
        part.event_ids = sorted(set(part.event_ids))
        part.directive_ids.sort()
    return parts
