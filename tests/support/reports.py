# SPDX-License-Identifier: AGPL-3.0-or-later
"""Mails with reports for machines, judged by others than ourselves: Python's email package, PyYAML, and, where
INTELMQCBMAIL_XARF_SCHEMAS and INTELMQCBMAIL_X_ARF_SCHEMAS name directories with the published schemas, jsonschema."""

import base64
import copy
import email
import email.policy
import hashlib
import json
import os
import pathlib
from dataclasses import dataclass

import yaml


def read(raw):
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert not message.defects
    for name in ("From", "To", "Subject", "Date", "Message-Id", "Auto-Submitted", "MIME-Version", "Content-Type"):
        assert len(message.get_all(name)) == 1, name
    assert message["Auto-Submitted"] == "auto-generated"
    return message


@dataclass
class Report:
    message: object
    text: str        # for people
    values: dict     # the report
    evidence: bytes  # None: there is none
    evidence_type: str = None


# XARF 4

def _xarf_validator():
    directory = os.environ.get("INTELMQCBMAIL_XARF_SCHEMAS")
    if not directory:
        return None
    import jsonschema

    root = pathlib.Path(directory)
    store = {}
    for path in root.glob("**/*.json"):
        schema = json.loads(path.read_text())
        schema.pop("$id", None)
        store[path.resolve().as_uri()] = schema
    master = (root / "xarf-v4-master.json").resolve().as_uri()
    resolver = jsonschema.RefResolver(master, store[master], store=store)
    return jsonschema.Draft202012Validator(store[master], resolver=resolver, format_checker=jsonschema.FormatChecker())


_XARF = _xarf_validator()


def read_xarf(raw):
    """A mail with XARF 4 as its receivers read it."""
    message = read(raw)
    assert message.get_content_type() == "multipart/report"
    assert message.get_param("report-type") == "feedback-report"
    text, feedback, attached = message.iter_parts()
    assert text.get_content_type() == "text/plain" and text.get_content_charset() == "utf-8"
    assert feedback.get_content_type() == "message/feedback-report"
    assert feedback.get_content_disposition() == "inline"
    fields = feedback.get_payload(0) if feedback.is_multipart() else email.message_from_string(feedback.get_payload())
    assert (fields["Feedback-Type"], fields["Version"]) == ("xarf", "1") and fields["User-Agent"]
    assert attached.get_content_type() == "application/json"
    assert attached.get_filename() == attached.get_param("name") == "xarf.json"
    assert attached.get_content_disposition() == "attachment"
    assert attached["Content-Transfer-Encoding"] == "base64"
    values = json.loads(attached.get_content())
    if _XARF is not None:
        errors = [error.message for error in _XARF.iter_errors(values)]
        assert not errors, (values, errors)
    [item] = values["evidence"]
    evidence = base64.b64decode(item["payload"])
    assert item["content_type"] == "text/csv" and item["size"] == len(evidence)
    assert item["hash"] == "sha256:" + hashlib.sha256(evidence).hexdigest()
    assert "_internal" not in values
    return Report(message, text.get_content(), values, evidence, "text/csv")


# X-ARF 0.2

def _draft_3(schema):
    """The habits of draft 2 in the words of draft 3, which jsonschema knows."""
    schema = copy.deepcopy(schema)
    for name, value in schema["properties"].items():
        if "requires" in value:
            value["dependencies"] = value.pop("requires")
        if not value.pop("optional", False) and name != "User-Agent":
            value["required"] = True
    # What depends on what stands in the object, not in the property.
    schema["dependencies"] = {name: value.pop("dependencies") for name, value in schema["properties"].items()
                              if "dependencies" in value}
    return schema


def _judge_x_arf(values):
    directory = os.environ.get("INTELMQCBMAIL_X_ARF_SCHEMAS")
    if not directory:
        return
    path = pathlib.Path(directory) / values["Schema-URL"].rpartition("/")[2]
    if not path.exists():
        return
    import jsonschema

    validator = jsonschema.Draft3Validator(_draft_3(json.loads(path.read_text())))
    errors = [error.message for error in validator.iter_errors(values)]
    assert not errors, (values, errors)


def read_x_arf(raw, form="PLAIN"):
    """A mail with X-ARF 0.2; of a SECURE one what is inside."""
    message = read(raw)
    assert message.get_all("X-XARF") == message.get_all("X-ARF") == [form]
    if form == "SECURE":
        return _read_secure(message)
    assert message.get_content_type() == "multipart/mixed"
    text, report, *evidence = message.iter_parts()
    assert text.get_content_type() == report.get_content_type() == "text/plain"
    assert text.get_content_charset() == report.get_content_charset() == "utf-8"
    assert report.get_filename() == report.get_param("name") == "report.txt"
    values = yaml.safe_load(report.get_content())
    assert all(isinstance(value, (str, int)) for value in values.values()), values
    _judge_x_arf(values)
    assert (values.get("Attachment", "none") == "none") == (not evidence)
    found = Report(message, text.get_content(), values, None)
    if evidence:
        [part] = evidence
        assert part.get_content_type() == values["Attachment"]
        found.evidence, found.evidence_type = part.get_payload(decode=True), part.get_content_type()
    return found


def _read_secure(message):
    assert message.get_content_type() == "multipart/signed"
    whole, signature = message.iter_parts()
    assert whole.get_content_type() == "message/rfc822" and signature.get_content_type() == "application/pgp-signature"
    assert whole.get_filename() == whole.get_param("name") == "xarf.eml"
    inner = whole.get_content().as_bytes(policy=email.policy.SMTP)
    found = read_x_arf(inner)
    for name in ("From", "To", "Subject", "Date", "Message-Id"):
        assert found.message[name] == message[name]
    return found
