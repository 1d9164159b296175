-- One event with one directive, as IntelMQ's bots would store it; mailgen-directives(5) explains the keys.
-- The address is the one that gets the mail: put yours in its place.
INSERT INTO events ("feed.name", "classification.type", "time.source", "source.ip", "source.asn", extra)
VALUES ('test', 'test', now(), '192.0.2.1', 64496, '
  {"certbund": {"source_directives": [{
     "medium": "email",
     "recipient_address": "you@cert.example",
     "template_name": "example",
     "notification_format": "example",
     "event_data_format": "example",
     "notification_interval": 0,
     "aggregate_identifier": {"source.asn": 64496}}]}}');
