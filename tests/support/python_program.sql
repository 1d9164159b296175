-- SPDX-License-Identifier: AGPL-3.0-or-later
--
-- The objects of a database that the Python program set up, as its users know them, without ours.
-- Names that nobody relies on (of indexes, of parameters) differ from ours on purpose.

\set ON_ERROR_STOP on
\set QUIET on

BEGIN;

SELECT format('CREATE ROLE %I', name)
  FROM (VALUES ('eventdb_owner'), ('eventdb_insert'), ('eventdb_send_notifications')) AS r (name)
 WHERE name NOT IN (SELECT rolname FROM pg_roles)
\gexec

CREATE EXTENSION pg_trgm;
CREATE TYPE ip_endpoint AS ENUM ('source', 'destination');
CREATE SEQUENCE intelmq_ticket_seq MINVALUE 10000001;
ALTER SEQUENCE intelmq_ticket_seq OWNER TO eventdb_send_notifications;
CREATE TABLE ticket_day (initialized_for_day DATE);
INSERT INTO ticket_day VALUES ('2016-01-01');
CREATE TABLE sent (
    id BIGSERIAL UNIQUE PRIMARY KEY,
    intelmq_ticket VARCHAR(18) UNIQUE NOT NULL,
    sent_at TIMESTAMP WITH TIME ZONE
);
CREATE TABLE directives (
    id BIGSERIAL UNIQUE PRIMARY KEY,
    events_id BIGINT NOT NULL,
    sent_id BIGINT,
    medium VARCHAR(100) NOT NULL,
    recipient_address VARCHAR(100) NOT NULL,
    template_name VARCHAR(100) NOT NULL,
    notification_format VARCHAR(100) NOT NULL,
    event_data_format VARCHAR(100) NOT NULL,
    aggregate_identifier TEXT[][],
    notification_interval INTERVAL NOT NULL,
    endpoint ip_endpoint NOT NULL,
    inserted_at TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT CURRENT_TIMESTAMP,
    FOREIGN KEY (events_id) REFERENCES events (id) ON DELETE CASCADE,
    FOREIGN KEY (sent_id) REFERENCES sent (id) ON DELETE CASCADE
);
ALTER TABLE ticket_day OWNER TO eventdb_owner;
ALTER TABLE sent OWNER TO eventdb_owner;
ALTER TABLE directives OWNER TO eventdb_owner;

CREATE INDEX old_grouping ON directives (recipient_address, template_name, notification_format,
    event_data_format, aggregate_identifier, inserted_at);
CREATE INDEX old_events ON directives (events_id);
CREATE INDEX old_sent ON directives (sent_id);
CREATE INDEX old_recipient_group ON directives
    USING gist ((json_object(aggregate_identifier) ->> 'recipient_group') gist_trgm_ops);

CREATE FUNCTION json_object_as_text_array(a_json_object JSONB) RETURNS TEXT[][] LANGUAGE sql AS $$
    SELECT coalesce(array_agg(ARRAY[key, value]), '{}')
      FROM (SELECT key, value FROM jsonb_each_text(a_json_object) ORDER BY key) AS pairs
$$;
CREATE FUNCTION insert_directive(an_event BIGINT, the_directive JSONB, the_endpoint ip_endpoint)
RETURNS VOID LANGUAGE sql AS $$
    INSERT INTO directives (events_id, medium, recipient_address, template_name, notification_format,
                            event_data_format, aggregate_identifier, notification_interval, endpoint)
    SELECT an_event, the_directive ->> 'medium', the_directive ->> 'recipient_address',
           the_directive ->> 'template_name', the_directive ->> 'notification_format',
           the_directive ->> 'event_data_format',
           json_object_as_text_array(the_directive -> 'aggregate_identifier'),
           coalesce((the_directive ->> 'notification_interval')::INT, 0) * INTERVAL '1 second',
           the_endpoint
     WHERE coalesce((the_directive ->> 'notification_interval')::INT, 0) <> -1
$$;
CREATE FUNCTION directives_from_extra(an_event BIGINT, the_extra JSONB) RETURNS VOID LANGUAGE sql AS $$
    SELECT insert_directive(an_event, value, 'source')
      FROM jsonb_array_elements(the_extra -> 'certbund' -> 'source_directives')
$$;
CREATE FUNCTION events_insert_directives_for_row() RETURNS TRIGGER
LANGUAGE plpgsql VOLATILE SECURITY DEFINER AS $$
BEGIN
    PERFORM directives_from_extra(NEW.id, NEW.extra::JSONB);
    RETURN NEW;
END
$$;
ALTER FUNCTION json_object_as_text_array(JSONB) OWNER TO eventdb_owner;
ALTER FUNCTION events_insert_directives_for_row() OWNER TO eventdb_owner;
CREATE TRIGGER events_insert_directive_trigger AFTER INSERT ON events
    FOR EACH ROW EXECUTE FUNCTION events_insert_directives_for_row();

GRANT INSERT ON events TO eventdb_insert;
GRANT USAGE ON events_id_seq TO eventdb_insert;
GRANT EXECUTE ON FUNCTION events_insert_directives_for_row() TO eventdb_insert;
GRANT SELECT ON events TO eventdb_send_notifications;
GRANT SELECT, UPDATE ON directives, ticket_day TO eventdb_send_notifications;
GRANT SELECT, INSERT ON sent TO eventdb_send_notifications;
GRANT USAGE ON sent_id_seq TO eventdb_send_notifications;

COMMIT;
