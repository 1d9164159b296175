# SPDX-License-Identifier: AGPL-3.0-or-later
"""Table formats by event_data_format; columns have default titles unless a pair says otherwise."""

from intelmqmail.tableformat import ExtraColumn, IntelMQColumn, build_table_formats

DEFAULT_TITLES = {
    "source.asn": "asn",
    "source.ip": "ip",
    "time.source": "timestamp",
    "source.port": "src_port",
    "extra.system_desc": "sysdesc",
    "source.geolocation.latitude": "latitude",
    "source.tor_node": "tor",
}

INLINE = {
    "csv_Open-SNMP": ["source.asn", "source.ip", "time.source", "extra.system_desc"],
    "csv_malware": ["source.asn", ("classification.identifier", "malware"),
                    IntelMQColumn("reported", "time.observation")],
    "csv_values": ["source.geolocation.latitude", "source.tor_node", "time.source",
                   ("extra.list", "list"), ("extra.big", "big"), ExtraColumn("nothing", "none")],
}
ATTACHED = {
    "csv_attached": ["source.asn", "source.ip", "source.port"],
}


def with_titles(columns):
    return [(column, DEFAULT_TITLES[column]) if isinstance(column, str) else column
            for column in columns]


inline_formats = build_table_formats((name, with_titles(columns))
                                     for name, columns in INLINE.items())
attached_formats = build_table_formats((name, with_titles(columns))
                                       for name, columns in ATTACHED.items())


def create_notifications(context):
    directive = context.directive
    if directive.notification_format != "shadowserver":
        return None
    substitutions = dict(getattr(context, "substitutions", None) or {})
    substitutions["data_format"] = directive["event_data_format"]

    table = inline_formats.get(directive.event_data_format)
    if table is not None:
        return context.mail_format_as_csv(table, substitutions=substitutions)
    table = attached_formats.get(directive.event_data_format)
    if table is not None:
        return context.mail_format_as_csv(table, substitutions=substitutions,
                                          attach_event_data=True)
    return None
