# SPDX-License-Identifier: AGPL-3.0-or-later
"""Substitutions for all templates. Sends nothing itself."""


def create_notifications(context):
    substitutions = {
        "signature_de": "Mit freundlichen Grüßen\ndas CERT",
        "signature_en": "Kind regards\nthe CERT",
        "cert_number": 42,
    }
    asn = context.directive.get_aggregation_item("source.asn")
    cidr = context.directive.aggregate_identifier.get("cidr")
    if asn:
        substitutions["asn_or_cidr"] = "about AS " + asn
    elif cidr:
        substitutions["asn_or_cidr"] = "about CIDR " + cidr
    else:
        substitutions["asn_or_cidr"] = ""
    context.substitutions = substitutions
