-- SPDX-License-Identifier: AGPL-3.0-or-later
--
-- IntelMQ's table events, as sites have it. For psql, with these variables:
--   extra_type   json or jsonb, of extra and output (default jsonb)
--   partitioned  1: by range of "time.source", the primary key then being (id, "time.source")

\set ON_ERROR_STOP on
\set QUIET on

\if :{?extra_type}
\else
    \set extra_type jsonb
\endif
\set primary_key 'PRIMARY KEY (id)'
\set partition_by ''
\if :{?partitioned}
    \set primary_key 'PRIMARY KEY (id, "time.source")'
    \set partition_by 'PARTITION BY RANGE ("time.source")'
\endif

CREATE TABLE events (
    id BIGSERIAL,
    "classification.identifier" TEXT,
    "classification.taxonomy" VARCHAR(100),
    "classification.type" TEXT,
    comment TEXT,
    "destination.abuse_contact" TEXT,
    "destination.account" TEXT,
    "destination.allocated" TIMESTAMP WITH TIME ZONE,
    "destination.as_name" TEXT,
    "destination.asn" INTEGER,
    "destination.domain_suffix" TEXT,
    "destination.fqdn" TEXT,
    "destination.geolocation.cc" VARCHAR(2),
    "destination.geolocation.city" TEXT,
    "destination.geolocation.country" TEXT,
    "destination.geolocation.latitude" REAL,
    "destination.geolocation.longitude" REAL,
    "destination.geolocation.region" TEXT,
    "destination.geolocation.state" TEXT,
    "destination.ip" INET,
    "destination.local_hostname" TEXT,
    "destination.local_ip" INET,
    "destination.network" INET,
    "destination.port" INTEGER,
    "destination.registry" VARCHAR(7),
    "destination.reverse_dns" TEXT,
    "destination.tor_node" BOOLEAN,
    "destination.url" TEXT,
    "destination.urlpath" TEXT,
    "event_description.target" TEXT,
    "event_description.text" TEXT,
    "event_description.url" TEXT,
    event_hash VARCHAR(40),
    extra :extra_type,
    "feed.accuracy" REAL,
    "feed.code" VARCHAR(100),
    "feed.documentation" TEXT,
    "feed.name" TEXT,
    "feed.provider" TEXT,
    "feed.url" TEXT,
    "malware.hash.md5" VARCHAR(200),
    "malware.hash.sha1" VARCHAR(200),
    "malware.hash.sha256" VARCHAR(200),
    "malware.name" TEXT,
    "malware.version" TEXT,
    "misp.attribute_uuid" VARCHAR(36),
    "misp.event_uuid" VARCHAR(36),
    output :extra_type,
    "protocol.application" VARCHAR(100),
    "protocol.transport" VARCHAR(11),
    raw TEXT,
    rtir_id INTEGER,
    screenshot_url TEXT,
    "source.abuse_contact" TEXT,
    "source.account" TEXT,
    "source.allocated" TIMESTAMP WITH TIME ZONE,
    "source.as_name" TEXT,
    "source.asn" INTEGER,
    "source.domain_suffix" TEXT,
    "source.fqdn" TEXT,
    "source.geolocation.cc" VARCHAR(2),
    "source.geolocation.city" TEXT,
    "source.geolocation.country" TEXT,
    "source.geolocation.cymru_cc" VARCHAR(2),
    "source.geolocation.geoip_cc" VARCHAR(2),
    "source.geolocation.latitude" REAL,
    "source.geolocation.longitude" REAL,
    "source.geolocation.region" TEXT,
    "source.geolocation.state" TEXT,
    "source.ip" INET,
    "source.local_hostname" TEXT,
    "source.local_ip" INET,
    "source.network" INET,
    "source.port" INTEGER,
    "source.registry" VARCHAR(7),
    "source.reverse_dns" TEXT,
    "source.tor_node" BOOLEAN,
    "source.url" TEXT,
    "source.urlpath" TEXT,
    status TEXT,
    "time.observation" TIMESTAMP WITH TIME ZONE,
    "time.source" TIMESTAMP WITH TIME ZONE,
    tlp TEXT,
    :primary_key
) :partition_by;

\if :{?partitioned}
    CREATE TABLE events_2025 PARTITION OF events
        FOR VALUES FROM ('2025-01-01 00:00:00+00') TO ('2026-01-01 00:00:00+00');
    CREATE TABLE events_2026 PARTITION OF events
        FOR VALUES FROM ('2026-01-01 00:00:00+00') TO ('2027-01-01 00:00:00+00');
    CREATE TABLE events_otherwise PARTITION OF events DEFAULT;
\endif
