# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reports in X-ARF 0.2 about the events of a directive, one mail each."""

import copy

from intelmqmail import _core
from intelmqmail.exceptions import NotificationError

_NOT_OF_THE_REPORT = ("schema_cache", "evidence")
_DEFAULT_TYPE = "text/plain"
_NO_EVIDENCE = "none"


def event_columns(xarf_schema):
    """What is loaded of each event: the schema's columns, each once, and the id."""
    return list(dict.fromkeys([*map(str, xarf_schema.event_columns()), "id"]))


def defaults(config, ticket):
    """What a report has unless the script says otherwise."""
    sender = config.get("sender")
    address = _core.sender_address(sender)
    domain = config.get("xarf_reportdomain") or address.rpartition("@")[2]
    return {"schema_cache": config.get("xarf_schemacache"), "reported_from": address,
            "report_id": f"{ticket}@{domain}", "user_agent": _core.user_agent()}


def part_of(directive, event_id, directive_ids):
    """A directive for one of its events."""
    part = copy.copy(directive)
    part.event_ids = [event_id]
    part.directive_ids = directive_ids
    return part


class Schemas:
    """Those that were asked for, read once."""

    def __init__(self, logger):
        self._logger = logger
        self._found = {}
        self._ignored = set()

    def _find(self, params):
        url, cache = params.get("schema_url"), params.get("schema_cache")
        if not isinstance(url, str):
            raise NotificationError(f"xarf_params: schema_url must be a text, but is {url!r}")
        if (url, cache) not in self._found:
            schema = _core.XArfSchema(url, None if cache is None else str(cache))
            self._found[url, cache] = schema, frozenset(schema.names())
        return self._found[url, cache]

    def _ignore(self, name):
        if name not in self._ignored:
            self._ignored.add(name)
            self._logger.debug("xarf_params: the schema has no property for %r, which is ignored", name)

    def _values(self, names, params):
        for name, value in params.items():
            if value is None or name in _NOT_OF_THE_REPORT:
                continue
            if name not in names:
                self._ignore(name)
            elif isinstance(value, bool) or not isinstance(value, (str, int)):
                raise NotificationError(
                    f"xarf_params: {name} must be a text, an integer or None, but is {value!r}")
            else:
                yield name, str(value), isinstance(value, int)

    def report(self, draft, params):
        """The draft with the report that the parameters come to."""
        schema, names = self._find(params)
        evidence = _evidence(params.get("evidence"))
        media_type = params.get("attachment") or _DEFAULT_TYPE
        if evidence is None or media_type == _NO_EVIDENCE:
            evidence, media_type = None, _NO_EVIDENCE
        values = list(self._values(names, {**params, "attachment": media_type}))
        return schema.report(draft, values, evidence, None if evidence is None else media_type)


def _evidence(given):
    if given is None or isinstance(given, bytes):
        return given
    if isinstance(given, (bytearray, memoryview)):
        return bytes(given)
    if isinstance(given, str):
        return given.encode("utf-8", "surrogateescape")
    raise NotificationError(f"xarf_params: evidence must be text or bytes, but is {type(given).__name__}")


def names_for_template(params):
    """Besides the usual ones; `params` of one event."""
    texts = {"report_id": params.get("report_id"), "report_type": params.get("report_type"),
             "report_category": params.get("category"), "source_identifier": params.get("source"),
             "report_time": params.get("date")}
    return {"n_events": "1", "data_form": "attachment", "attachment_name": "report.txt",
            **{name: "" if value is None else str(value) for name, value in texts.items()}}
