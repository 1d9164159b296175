-- SPDX-License-Identifier: AGPL-3.0-or-later
--
-- The database objects of intelmqcbmail: directives, what was sent, tickets, and what keeps the
-- record straight when something dies.
--
-- Run it as the superuser, in the database that has IntelMQ's table events, again after an upgrade:
--
--     psql -f notifications.sql intelmq-events
--
-- It may be run as often as you like, also on a database that the Python program set up; no row is
-- ever removed. All of it is one transaction: it happens wholly or not at all. An upgrade may build
-- indexes on directives, and inserts of events wait meanwhile. It gives up without a change when it
-- cannot get its locks within 30 seconds: let a sending run end first.
--
-- Afterwards, once:
--
--     GRANT eventdb_insert TO intelmq;
--     GRANT eventdb_send_notifications TO intelmq_mailgen;
--
-- For PostgreSQL 13 or later.
--
-- For maintainers: the search path holds nothing but pg_catalog, here and in the functions, and what
-- is ours is written with its schema (:"schema" here, @schema@ in function bodies) and called with
-- exactly the types it is declared with. Whoever may create objects in that schema, before
-- PostgreSQL 15 everybody, could otherwise have a function of his preferred over the right one, and
-- run by the superuser or by the trigger's owner.

\set ON_ERROR_STOP on
\set QUIET on

BEGIN;

SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = '30s';

-- Everything goes where events is.
SELECT COALESCE(pg_catalog.to_regclass('events')::pg_catalog.oid, 0::pg_catalog.oid) AS events_oid
\gset
SET LOCAL search_path = pg_catalog, pg_temp;
SELECT COALESCE((SELECT nspname
                   FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
                  WHERE pg_class.oid = :events_oid), '') AS schema
\gset
-- How the DO blocks learn of it; psql replaces nothing within dollar quotes.
SELECT set_config('intelmqcbmail.schema', :'schema', true) AS ignored \gset

DO $do$
BEGIN
    IF current_setting('intelmqcbmail.schema') = '' THEN
        RAISE EXCEPTION 'this database has no table events'
              USING HINT = 'Create IntelMQ''s table events first, or connect to the right database.';
    END IF;
    IF NOT EXISTS (SELECT FROM pg_attribute
                    WHERE attrelid = to_regclass(quote_ident(current_setting('intelmqcbmail.schema'))
                                                 || '.events')
                      AND attname = 'extra' AND NOT attisdropped) THEN
        RAISE EXCEPTION 'table events has no column extra, where directives are found';
    END IF;
    -- Two of these at once would trip over each other.
    PERFORM pg_advisory_xact_lock(hashtext('intelmqcbmail notifications.sql'));
END
$do$;


-- Roles. Logins are the site's: it grants these to them.

DO $do$
DECLARE
    role_name TEXT;
BEGIN
    FOREACH role_name IN ARRAY ARRAY['eventdb_owner', 'eventdb_insert',
                                     'eventdb_send_notifications'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role_name) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN', role_name);
        END IF;
    END LOOP;
END
$do$;

GRANT USAGE ON SCHEMA :"schema" TO eventdb_owner, eventdb_insert, eventdb_send_notifications;


-- Types, tables and sequences

CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA :"schema";
SELECT nspname AS trgm_schema
  FROM pg_extension JOIN pg_namespace ON pg_namespace.oid = extnamespace
 WHERE extname = 'pg_trgm'
\gset
SELECT set_config('intelmqcbmail.trgm_schema', :'trgm_schema', true) AS ignored \gset

DO $do$
DECLARE
    schema CONSTANT TEXT := current_setting('intelmqcbmail.schema');
BEGIN
    IF to_regtype(format('%I.ip_endpoint', schema)) IS NULL THEN
        EXECUTE format('CREATE TYPE %I.ip_endpoint AS ENUM (''source'', ''destination'')', schema);
    END IF;
END
$do$;

-- The sender restarts it on the first ticket of a day, which takes the owner.
CREATE SEQUENCE IF NOT EXISTS :"schema".intelmq_ticket_seq MINVALUE 10000001;

CREATE TABLE IF NOT EXISTS :"schema".ticket_day (
    initialized_for_day DATE
);
INSERT INTO :"schema".ticket_day (initialized_for_day)
SELECT DATE '2000-01-01' WHERE NOT EXISTS (SELECT FROM :"schema".ticket_day);

CREATE TABLE IF NOT EXISTS :"schema".sent (
    id BIGSERIAL PRIMARY KEY,
    intelmq_ticket VARCHAR(18) UNIQUE NOT NULL,
    sent_at TIMESTAMP WITH TIME ZONE
);

-- The foreign key to events follows below, where events allows it.
CREATE TABLE IF NOT EXISTS :"schema".directives (
    id BIGSERIAL PRIMARY KEY,
    events_id BIGINT NOT NULL,
    sent_id BIGINT,
    medium VARCHAR(100) NOT NULL,
    recipient_address VARCHAR(100) NOT NULL,
    template_name VARCHAR(100) NOT NULL,
    notification_format VARCHAR(100) NOT NULL,
    event_data_format VARCHAR(100) NOT NULL,
    aggregate_identifier TEXT[][],
    notification_interval INTERVAL NOT NULL,
    endpoint :"schema".ip_endpoint NOT NULL,
    inserted_at TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT CURRENT_TIMESTAMP,
    FOREIGN KEY (sent_id) REFERENCES :"schema".sent (id) ON DELETE CASCADE
);

CREATE TABLE IF NOT EXISTS :"schema".rejected_directives (
    id BIGSERIAL PRIMARY KEY,
    events_id BIGINT NOT NULL,
    directive JSONB,
    reason TEXT NOT NULL,
    inserted_at TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT CURRENT_TIMESTAMP
);

-- A row lives as long as one delivery: written before the final dot goes out, removed when the mail
-- is recorded. Thousands a second pass through while few are there, so vacuum must come early, must
-- not dawdle, and must not take the exclusive lock that giving pages back needs.
CREATE TABLE IF NOT EXISTS :"schema".delivery_intents (
    id BIGSERIAL PRIMARY KEY,
    run_id BIGINT NOT NULL,
    intelmq_ticket VARCHAR(18) NOT NULL,
    message_id TEXT NOT NULL,
    mail_number INTEGER NOT NULL,
    marks_directives BOOLEAN NOT NULL,
    mail_date TIMESTAMP WITH TIME ZONE NOT NULL,
    recipients TEXT[] NOT NULL,
    directive_ids BIGINT[] NOT NULL,
    held_since TIMESTAMP WITH TIME ZONE,
    decision TEXT CHECK (decision IN ('was_sent', 'send_again')),
    created_at TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT CURRENT_TIMESTAMP
);
ALTER TABLE :"schema".delivery_intents SET (
    autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000,
    autovacuum_vacuum_cost_delay = 0, autovacuum_vacuum_insert_threshold = -1,
    autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 100000,
    vacuum_truncate = false,
    toast.autovacuum_vacuum_scale_factor = 0, toast.autovacuum_vacuum_threshold = 1000,
    toast.autovacuum_vacuum_cost_delay = 0, toast.vacuum_truncate = false
);

CREATE TABLE IF NOT EXISTS :"schema".notification_runs (
    id BIGSERIAL PRIMARY KEY,
    run_id BIGINT,
    started_at TIMESTAMP WITH TIME ZONE,
    ended_at TIMESTAMP WITH TIME ZONE,
    host TEXT,
    pid INTEGER,
    program_version TEXT,
    dry_run BOOLEAN,
    mails_sent BIGINT,
    mails_postponed BIGINT,
    errors BIGINT,
    exit_status INTEGER,
    ended_because TEXT
);

-- Groups whose mail was refused for good by the runs before: known by their columns, since further
-- directives may join a group from run to run. The index keeps each there once, by a hash, since the
-- columns may be longer than an index entry can be; the program compares them besides.
CREATE TABLE IF NOT EXISTS :"schema".refused_groups (
    id BIGSERIAL PRIMARY KEY,
    recipient_address TEXT NOT NULL,
    template_name TEXT NOT NULL,
    notification_format TEXT NOT NULL,
    event_data_format TEXT NOT NULL,
    aggregate_identifier TEXT[][] NOT NULL,
    n_runs INTEGER NOT NULL DEFAULT 1,
    last_run_id BIGINT NOT NULL,
    reason TEXT NOT NULL,
    first_refused_at TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT CURRENT_TIMESTAMP,
    last_refused_at TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT CURRENT_TIMESTAMP,
    set_aside_at TIMESTAMP WITH TIME ZONE
);
CREATE UNIQUE INDEX IF NOT EXISTS refused_groups_columns_idx ON :"schema".refused_groups
    ((hash_array_extended(ARRAY[recipient_address, template_name, notification_format,
                                event_data_format],
                          hash_array_extended(aggregate_identifier, 0))));

-- The runs of 90 days may be many where a timer starts one a minute.
CREATE INDEX IF NOT EXISTS notification_runs_run_id_idx ON :"schema".notification_runs (run_id);
CREATE INDEX IF NOT EXISTS notification_runs_started_at_idx
    ON :"schema".notification_runs (started_at);

-- For what was sent in the last days. Rows come in the order of time and stay, so that the smallest
-- kind of index will do, one entry for many pages; marking mails as sent does not become slower.
CREATE INDEX IF NOT EXISTS sent_sent_at_idx ON :"schema".sent USING brin (sent_at)
    WITH (autosummarize = on);

-- Raise the number with each change that the program must know of.
CREATE TABLE IF NOT EXISTS :"schema".notifications_schema_version (
    version INTEGER NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS notifications_schema_version_one_row
    ON :"schema".notifications_schema_version ((true));
INSERT INTO :"schema".notifications_schema_version (version) VALUES (2)
    ON CONFLICT ((true)) DO UPDATE SET version = EXCLUDED.version;

-- What an older version of the Python program, or a step of its upgrade notes that was left out, has left
-- different. inserted_at tells which of the similar directives was sent last; where it is not known, the
-- moment when it was sent does as well, and what is pending counts as new. The table is written anew, since
-- an UPDATE of all rows would take ten times as long.

SELECT format('CREATE FUNCTION pg_temp.when_sent(BIGINT) RETURNS TIMESTAMP WITH TIME ZONE'
              ' LANGUAGE plpgsql STABLE AS %L',
              format('BEGIN RETURN (SELECT sent_at FROM %I.sent WHERE id = $1); END', :'schema'))
\gexec

DO $do$
DECLARE
    directives CONSTANT REGCLASS :=
        format('%I.directives', current_setting('intelmqcbmail.schema'))::REGCLASS;
    inserted_at pg_attribute;
    is_known BOOLEAN;
BEGIN
    EXECUTE format('ALTER TABLE %s ADD COLUMN IF NOT EXISTS inserted_at TIMESTAMP WITH TIME ZONE',
                   directives);
    SELECT * INTO inserted_at FROM pg_attribute
     WHERE attrelid = directives AND attname = 'inserted_at';
    EXECUTE format('SELECT NOT EXISTS (SELECT FROM %s WHERE inserted_at IS NULL)', directives)
       INTO is_known;
    IF inserted_at.atttypid <> 'timestamptz'::REGTYPE OR NOT is_known THEN
        EXECUTE format('ALTER TABLE %s ALTER COLUMN inserted_at DROP DEFAULT', directives);
        EXECUTE format('ALTER TABLE %s ALTER COLUMN inserted_at TYPE TIMESTAMP WITH TIME ZONE'
                       ' USING COALESCE(inserted_at, pg_temp.when_sent(sent_id), now())', directives);
    END IF;
    EXECUTE format('ALTER TABLE %s ALTER COLUMN inserted_at SET DEFAULT CURRENT_TIMESTAMP,'
                   ' ALTER COLUMN inserted_at SET NOT NULL', directives);
END
$do$;

DROP FUNCTION pg_temp.when_sent(BIGINT);

-- Foreign keys. Who deletes an event, or a row of sent, deletes its directives. Rows that point at nothing
-- stay as they are, and the key holds for all others.

CREATE FUNCTION pg_temp.ensure_key(directives REGCLASS, key_column TEXT, target REGCLASS) RETURNS VOID
LANGUAGE plpgsql AS $function$
DECLARE
    number CONSTANT SMALLINT := (SELECT attnum FROM pg_attribute
                                  WHERE attrelid = directives AND attname = key_column);
    other NAME;
    dangles BOOLEAN;
BEGIN
    FOR other IN
        SELECT conname FROM pg_constraint
         WHERE conrelid = directives AND confrelid = target AND contype = 'f'
           AND conkey = ARRAY[number] AND confdeltype <> 'c'
    LOOP
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', directives, other);
    END LOOP;
    IF EXISTS (SELECT FROM pg_constraint
                WHERE conrelid = directives AND confrelid = target AND contype = 'f'
                  AND conkey = ARRAY[number]) THEN
        RETURN;
    END IF;
    EXECUTE format('SELECT EXISTS (SELECT FROM %1$s WHERE %2$I IS NOT NULL AND NOT EXISTS'
                   ' (SELECT FROM %3$s AS t WHERE t.id = %2$I))', directives, key_column, target)
       INTO dangles;
    EXECUTE format('ALTER TABLE %s ADD FOREIGN KEY (%I) REFERENCES %s (id) ON DELETE CASCADE %s',
                   directives, key_column, target, CASE WHEN dangles THEN 'NOT VALID' ELSE '' END);
END
$function$;

-- A foreign key needs a unique events.id. Partitioned tables and hypertables have none: their primary
-- key is (id, "time.source"). A directive then outlives its event. One that was sent does no harm;
-- a pending one is set aside by set_aside_vanished_directives() when the sender meets it.
DO $do$
DECLARE
    schema CONSTANT TEXT := current_setting('intelmqcbmail.schema');
    events CONSTANT REGCLASS := format('%I.events', schema)::REGCLASS;
    directives CONSTANT REGCLASS := format('%I.directives', schema)::REGCLASS;
BEGIN
    PERFORM pg_temp.ensure_key(directives, 'sent_id', format('%I.sent', schema)::REGCLASS);
    IF EXISTS (SELECT FROM pg_index
                WHERE indrelid = events AND indisunique AND indimmediate AND indisvalid
                  AND indpred IS NULL AND indexprs IS NULL AND indnkeyatts = 1
                  AND indkey[0] = (SELECT attnum FROM pg_attribute
                                    WHERE attrelid = events AND attname = 'id')) THEN
        PERFORM pg_temp.ensure_key(directives, 'events_id', events);
    END IF;
END
$do$;


DROP FUNCTION pg_temp.ensure_key(REGCLASS, TEXT, REGCLASS);


-- Indexes on directives. The Python program's may stand under other names, so what counts is the
-- definition: one that is there already is not built again. Each mark as sent costs an entry in every
-- one of them, so there are no more than needed.

CREATE FUNCTION pg_temp.index_like(directives REGCLASS, definition TEXT) RETURNS REGCLASS
LANGUAGE plpgsql AS $function$
DECLARE
    wanted TEXT;
BEGIN
    IF definition IS NULL THEN
        RETURN NULL;
    END IF;
    -- Built on an empty copy, to see how this server prints it.
    EXECUTE 'CREATE INDEX directives_model_index ON pg_temp.directives_model ' || definition;
    wanted := substring(pg_get_indexdef('pg_temp.directives_model_index'::REGCLASS) FROM ' USING .*');
    DROP INDEX pg_temp.directives_model_index;
    RETURN (SELECT indexrelid FROM pg_index
             WHERE indrelid = directives AND indisvalid
               AND substring(pg_get_indexdef(indexrelid) FROM ' USING .*') = wanted
             LIMIT 1);
END
$function$;

CREATE FUNCTION pg_temp.ensure_index(name TEXT, definition TEXT, replaced TEXT = NULL) RETURNS VOID
LANGUAGE plpgsql AS $function$
DECLARE
    directives CONSTANT REGCLASS :=
        format('%I.directives', current_setting('intelmqcbmail.schema'))::REGCLASS;
    old REGCLASS := pg_temp.index_like(directives, replaced);
BEGIN
    IF old IS NOT NULL THEN
        EXECUTE format('DROP INDEX %s', old);
    END IF;
    IF pg_temp.index_like(directives, definition) IS NOT NULL THEN
        RETURN;
    END IF;
    -- One of that name with another definition is what an older version made, or one that was never
    -- finished: this one takes its place. But what keeps rows unique is the site's own.
    SELECT indexrelid INTO old FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
     WHERE indrelid = directives AND relname = name AND NOT indisunique;
    IF FOUND THEN
        EXECUTE format('DROP INDEX %s', old);
    END IF;
    IF EXISTS (SELECT FROM pg_class
                WHERE relname = name
                  AND relnamespace = quote_ident(current_setting('intelmqcbmail.schema'))::REGNAMESPACE)
    THEN
        EXECUTE format('CREATE INDEX ON %s %s', directives, definition);
    ELSE
        EXECUTE format('CREATE INDEX %I ON %s %s', name, directives, definition);
    END IF;
END
$function$;

CREATE TEMPORARY TABLE directives_model (LIKE :"schema".directives) ON COMMIT DROP;

DO $do$
DECLARE
    recipient_group CONSTANT TEXT := 'json_object(aggregate_identifier) ->> ''recipient_group''';
    trigrams CONSTANT TEXT := format('USING gist ((%s) %I.gist_trgm_ops)', recipient_group,
                                     current_setting('intelmqcbmail.trgm_schema'));
BEGIN
    PERFORM pg_temp.ensure_index('directives_grouping_idx',
        '(recipient_address, template_name, notification_format, event_data_format,'
        ' aggregate_identifier, inserted_at)');
    PERFORM pg_temp.ensure_index('directives_events_id_idx', '(events_id)');
    PERFORM pg_temp.ensure_index('directives_sent_id_idx', '(sent_id)');

    -- The Python program's has an entry for every directive, this one for those with a group. Each
    -- search (LIKE, ILIKE, ~, %, =) implies IS NOT NULL, so the planner uses it all the same.
    PERFORM pg_temp.ensure_index('directives_recipient_group_idx',
        format('%s WHERE (%s) IS NOT NULL', trigrams, recipient_group), trigrams);

    -- What is pending, and since when, however many millions were sent.
    PERFORM pg_temp.ensure_index('directives_pending_idx', '(inserted_at) WHERE sent_id IS NULL');

    -- When a similar directive was last sent. Through the grouping index one had to walk over all that
    -- are pending in the group to find out. A hash, since with the five columns it would be eight
    -- times as big; readers compare the columns too. These functions are those of hash partitioning,
    -- so they stay the same from one PostgreSQL to the next.
    PERFORM pg_temp.ensure_index('directives_last_sent_idx',
        '(hash_array_extended(ARRAY[recipient_address, template_name, notification_format,'
        ' event_data_format]::TEXT[], hash_array_extended(COALESCE(aggregate_identifier, ''{}''), 0)),'
        ' inserted_at) WHERE sent_id IS NOT NULL');
END
$do$;

DROP FUNCTION pg_temp.ensure_index(TEXT, TEXT, TEXT);
DROP FUNCTION pg_temp.index_like(REGCLASS, TEXT);

-- Marking makes as many dead rows as it marks. By default two of ten millions would gather, and the
-- planner would believe them pending for as long. What the site has set stays.
DO $do$
DECLARE
    directives CONSTANT REGCLASS :=
        format('%I.directives', current_setting('intelmqcbmail.schema'))::REGCLASS;
    setting TEXT;
BEGIN
    FOREACH setting IN ARRAY ARRAY['autovacuum_vacuum_scale_factor=0.05',
                                   'autovacuum_analyze_scale_factor=0.02'] LOOP
        IF NOT EXISTS (SELECT FROM pg_class, unnest(reloptions) AS option
                        WHERE pg_class.oid = directives
                          AND split_part(option, '=', 1) = split_part(setting, '=', 1)) THEN
            EXECUTE format('ALTER TABLE %s SET (%s)', directives, setting);
        END IF;
    END LOOP;
END
$do$;


-- Functions

-- Those of the Python program may have other parameter names or results, which no CREATE OR REPLACE
-- overcomes. Those of its first versions are for json: beside ours, a call with a plain literal would be
-- ambiguous. They are left where something of the site's depends on them.
DO $do$
DECLARE
    schema CONSTANT TEXT := quote_ident(current_setting('intelmqcbmail.schema'));
    differing REGPROCEDURE;
BEGIN
    FOR differing IN
        SELECT pg_proc.oid
          FROM pg_proc
          JOIN (VALUES
              ('json_object_as_text_array(jsonb)', 'text[]'::REGTYPE, ARRAY['obj']),
              ('insert_directive(bigint, jsonb, ' || schema || '.ip_endpoint)', 'void',
               ARRAY['event_id', 'directive', 'endpoint']),
              ('directives_from_extra(bigint, jsonb)', 'void', ARRAY['event_id', 'extra'])
               ) AS ours (signature, result, argument_names)
            ON pg_proc.oid = to_regprocedure(schema || '.' || signature)
         WHERE prorettype <> result OR proretset OR prokind <> 'f'
            OR proargnames IS DISTINCT FROM argument_names
    LOOP
        EXECUTE format('DROP ROUTINE %s', differing);
    END LOOP;

    FOR differing IN
        SELECT to_regprocedure(schema || '.' || signature)
          FROM unnest(ARRAY['directives_from_extra(bigint, json)',
                            'insert_directive(bigint, json, ' || schema || '.ip_endpoint)',
                            'json_object_as_text_array(json)']) AS signature
         WHERE to_regprocedure(schema || '.' || signature) IS NOT NULL
    LOOP
        BEGIN
            EXECUTE format('DROP ROUTINE %s', differing);
        EXCEPTION WHEN dependent_objects_still_exist THEN
            CONTINUE;
        END;
    END LOOP;
END
$do$;

SELECT replace(statement, '@schema@', quote_ident(:'schema')) FROM (VALUES

-- {"b": 1, "a": "x"} → {{a,x},{b,1}}; the order is that of text in this database, which is what rows
-- that are already there have.
($statement$
CREATE OR REPLACE FUNCTION @schema@.json_object_as_text_array(obj JSONB) RETURNS TEXT[][]
LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    IF obj IS NULL OR jsonb_typeof(obj) = 'null' THEN
        RETURN '{}';
    END IF;
    IF jsonb_typeof(obj) <> 'object' THEN
        RAISE EXCEPTION 'an object is wanted, found %: %', jsonb_typeof(obj), left(obj::TEXT, 100)
              USING ERRCODE = 'invalid_parameter_value';
    END IF;
    RETURN COALESCE((SELECT array_agg(ARRAY[key, value] ORDER BY key) FROM jsonb_each_text(obj)),
                    '{}');
END
$function$
$statement$),

-- One directive becomes one row, or an error that says why not. Nothing happens where an attribute
-- is missing, and where the interval is -1, "never notify".
($statement$
CREATE OR REPLACE FUNCTION @schema@.insert_directive(event_id BIGINT, directive JSONB,
                                                     endpoint @schema@.ip_endpoint) RETURNS VOID
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    attributes CONSTANT TEXT[] := ARRAY['medium', 'recipient_address', 'template_name',
                                        'notification_format', 'event_data_format'];
    attribute TEXT;
    seconds_json CONSTANT JSONB := directive -> 'notification_interval';
    seconds NUMERIC := 0;
    aggregate TEXT[][];
BEGIN
    IF jsonb_typeof(directive) <> 'object' THEN
        RAISE EXCEPTION 'the directive is no object but %', jsonb_typeof(directive)
              USING ERRCODE = 'invalid_parameter_value';
    END IF;

    FOREACH attribute IN ARRAY attributes LOOP
        IF directive ->> attribute IS NULL THEN
            RETURN;
        END IF;
    END LOOP;
    FOREACH attribute IN ARRAY attributes LOOP
        IF jsonb_typeof(directive -> attribute) IN ('object', 'array') THEN
            RAISE EXCEPTION '% is no text but %', attribute, jsonb_typeof(directive -> attribute)
                  USING ERRCODE = 'invalid_parameter_value';
        END IF;
        IF length(directive ->> attribute) > 100 THEN
            RAISE EXCEPTION '% has % characters, 100 are possible', attribute,
                            length(directive ->> attribute)
                  USING ERRCODE = 'string_data_right_truncation';
        END IF;
    END LOOP;

    IF jsonb_typeof(seconds_json) <> 'null' THEN
        IF NOT (jsonb_typeof(seconds_json) IN ('number', 'string')
                AND seconds_json #>> '{}' ~ '^[-+]?[0-9]+(\.[0-9]*)?$') THEN
            RAISE EXCEPTION 'notification_interval is no number of seconds: %',
                            left(seconds_json::TEXT, 100)
                  USING ERRCODE = 'invalid_parameter_value';
        END IF;
        seconds := (seconds_json #>> '{}')::NUMERIC;
    END IF;
    IF seconds = -1 THEN
        RETURN;
    END IF;
    -- A hundred years, so that no program that adds it to a time leaves its calendar.
    IF seconds < 0 OR seconds > 3155760000 THEN
        RAISE EXCEPTION 'notification_interval is neither -1 nor within 0 and 3155760000 seconds: %',
                        left(seconds::TEXT, 100)
              USING ERRCODE = 'interval_field_overflow';
    END IF;

    BEGIN
        aggregate := @schema@.json_object_as_text_array(directive -> 'aggregate_identifier');
    EXCEPTION WHEN invalid_parameter_value THEN
        RAISE EXCEPTION 'aggregate_identifier: %', SQLERRM USING ERRCODE = SQLSTATE;
    END;

    INSERT INTO @schema@.directives (events_id, medium, recipient_address, template_name,
                                     notification_format, event_data_format,
                                     aggregate_identifier, notification_interval, endpoint)
    VALUES (event_id, directive ->> 'medium', directive ->> 'recipient_address',
            directive ->> 'template_name', directive ->> 'notification_format',
            directive ->> 'event_data_format', aggregate,
            make_interval(secs => seconds::DOUBLE PRECISION), endpoint);
END
$function$
$statement$),

-- Keeps aside what could not be stored. Never fails: the event matters more.
($statement$
CREATE OR REPLACE FUNCTION @schema@.set_directive_aside(event_id BIGINT, directive JSONB, reason TEXT)
RETURNS VOID
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    INSERT INTO @schema@.rejected_directives (events_id, directive, reason)
    VALUES (event_id, directive, reason);
EXCEPTION WHEN OTHERS THEN
    RAISE WARNING 'event %: a directive could not be stored (%) nor be kept aside: %', event_id, reason,
                  SQLERRM;
END
$function$
$statement$),

-- Stores each directive of extra, or keeps it aside with the reason.
($statement$
CREATE OR REPLACE FUNCTION @schema@.directives_from_extra(event_id BIGINT, extra JSONB) RETURNS VOID
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    directives CONSTANT JSONB := extra #> ARRAY['certbund', 'source_directives'];
    directive JSONB;
BEGIN
    IF directives IS NULL OR jsonb_typeof(directives) = 'null' THEN
        RETURN;
    END IF;
    IF jsonb_typeof(directives) <> 'array' THEN
        PERFORM @schema@.set_directive_aside(event_id, directives, format(
            'source_directives is no array but %s', jsonb_typeof(directives)));
        RETURN;
    END IF;
    FOR directive IN SELECT value FROM jsonb_array_elements(directives) LOOP
        BEGIN
            PERFORM @schema@.insert_directive(event_id, directive,
                                              'source'::@schema@.ip_endpoint);
        EXCEPTION WHEN OTHERS THEN
            -- Not the directive's fault, and the bot that inserts tries again: deadlock and
            -- serialization (40), resources (53), shutdown (57), system and internal errors (58, XX).
            IF left(SQLSTATE, 2) IN ('40', '53', '57', '58', 'XX') THEN
                RAISE;
            END IF;
            PERFORM @schema@.set_directive_aside(event_id, directive, SQLERRM);
        END;
    END LOOP;
END
$function$
$statement$),

-- For a document that json takes and jsonb does not: NUL or half a surrogate pair, which anybody can put
-- into a feed, must not silence the directives beside it. Such an escape becomes text that shows it,
-- as IntelMQ's output bot does with NUL; a directive that holds one itself is kept aside.
($statement$
CREATE OR REPLACE FUNCTION @schema@.directives_from_difficult_json(event_id BIGINT, document TEXT,
                                                                   difficulty TEXT) RETURNS VOID
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    path CONSTANT TEXT[] := ARRAY['certbund', 'source_directives'];
    directives JSONB;
    directive JSONB;
BEGIN
    IF position('source_directives' IN document) = 0 THEN
        RETURN;
    END IF;
    BEGIN
        -- Each alternative follows pairs of backslashes and the one backslash that starts an escape.
        directives := regexp_replace(document,
            '(?<!\\)((?:\\\\)*)\\(u0000'
            '|u[dD][89abAB][[:xdigit:]]{2}(?!\\u[dD][c-fC-F][[:xdigit:]]{2})'
            '|(?<!\\u[dD][89abAB][[:xdigit:]]{2}\\)u[dD][c-fC-F][[:xdigit:]]{2})',
            '\1\\\\\2', 'g')::JSONB #> path;
    EXCEPTION WHEN OTHERS THEN
        PERFORM @schema@.set_directive_aside(event_id, to_jsonb(document), difficulty);
        RETURN;
    END;
    IF jsonb_typeof(directives) <> 'array' THEN
        directives := jsonb_build_array(directives);
    END IF;
    FOR directive IN SELECT value FROM jsonb_array_elements(directives) LOOP
        IF directive::TEXT ~ '\\\\u(0000|[dD][89a-fA-F])' THEN
            PERFORM @schema@.set_directive_aside(event_id, directive,
                                                 'a character cannot be stored: ' || difficulty);
        ELSE
            PERFORM @schema@.directives_from_extra(event_id, jsonb_build_object(
                path[1], jsonb_build_object(path[2], jsonb_build_array(directive))));
        END IF;
    END LOOP;
END
$function$
$statement$),

-- Runs as the owner of directives, for roles that may do nothing but insert events. extra may be json
-- or jsonb.
($statement$
CREATE OR REPLACE FUNCTION @schema@.events_insert_directives_for_row() RETURNS TRIGGER
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET row_security = off
AS $function$
DECLARE
    extra JSONB;
    difficulty TEXT;
    detail TEXT;
BEGIN
    IF NEW.extra IS NULL THEN
        RETURN NULL;
    END IF;
    -- An UPDATE that moves an event to another partition is an INSERT there.
    IF TG_ARGV[0] = 'moves' AND EXISTS (SELECT FROM @schema@.directives
                                         WHERE events_id = NEW.id) THEN
        RETURN NULL;
    END IF;
    IF pg_typeof(NEW.extra) = 'pg_catalog.jsonb'::REGTYPE THEN
        extra := NEW.extra;
    ELSE
        BEGIN
            extra := NEW.extra::JSONB;
        EXCEPTION WHEN data_exception OR program_limit_exceeded THEN
            GET STACKED DIAGNOSTICS difficulty = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
            PERFORM @schema@.directives_from_difficult_json(
                NEW.id::BIGINT, NEW.extra::TEXT, concat_ws(': ', difficulty, NULLIF(detail, '')));
            RETURN NULL;
        END;
    END IF;
    PERFORM @schema@.directives_from_extra(NEW.id::BIGINT, extra);
    RETURN NULL;
END
$function$
$statement$),

-- Where no foreign key removes them: pending directives, of those given, whose event is gone can never
-- be mailed. They leave the queue and are kept aside. Gives their number. The sender may call it.
($statement$
CREATE OR REPLACE FUNCTION @schema@.set_aside_vanished_directives(directive_ids BIGINT[])
RETURNS BIGINT
LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET row_security = off
AS $function$
    WITH vanished AS (
        DELETE FROM @schema@.directives
         WHERE id = ANY (directive_ids) AND sent_id IS NULL
           AND NOT EXISTS (SELECT FROM @schema@.events WHERE events.id = events_id)
        RETURNING *
    ), kept AS (
        INSERT INTO @schema@.rejected_directives (events_id, directive, reason)
        SELECT events_id,
               jsonb_build_object('medium', medium, 'recipient_address', recipient_address,
                                  'template_name', template_name,
                                  'notification_format', notification_format,
                                  'event_data_format', event_data_format,
                                  'aggregate_identifier', json_object(aggregate_identifier),
                                  'notification_interval',
                                  extract(epoch FROM notification_interval),
                                  'inserted_at', inserted_at),
               'the event was removed before the directive was sent'
          FROM vanished
        RETURNING 1
    )
    SELECT count(*) FROM kept
$function$
$statement$)

) AS functions (statement)
\gexec


-- The trigger. Only in a partitioned table can an event move.

DO $do$
DECLARE
    schema CONSTANT TEXT := current_setting('intelmqcbmail.schema');
    events CONSTANT REGCLASS := format('%I.events', schema)::REGCLASS;
    moves CONSTANT TEXT := CASE WHEN (SELECT relkind FROM pg_class WHERE oid = events) = 'p'
                                THEN '''moves''' ELSE '' END;
    present NAME;
BEGIN
    -- Of whatever name: two of them would make each directive twice.
    FOR present IN
        SELECT tgname FROM pg_trigger
         WHERE tgrelid = events AND NOT tgisinternal
           AND (tgname = 'events_insert_directive_trigger'
                OR tgfoid = format('%I.events_insert_directives_for_row()', schema)::REGPROCEDURE)
    LOOP
        EXECUTE format('DROP TRIGGER %I ON %s', present, events);
    END LOOP;
    EXECUTE format('CREATE TRIGGER events_insert_directive_trigger AFTER INSERT ON %s'
                   ' FOR EACH ROW EXECUTE FUNCTION %I.events_insert_directives_for_row(%s)',
                   events, schema, moves);
END
$do$;


-- Owners and grants

ALTER TYPE :"schema".ip_endpoint OWNER TO eventdb_owner;
ALTER TABLE :"schema".ticket_day OWNER TO eventdb_owner;
ALTER TABLE :"schema".sent OWNER TO eventdb_owner;
ALTER TABLE :"schema".directives OWNER TO eventdb_owner;
ALTER TABLE :"schema".rejected_directives OWNER TO eventdb_owner;
ALTER TABLE :"schema".delivery_intents OWNER TO eventdb_owner;
ALTER TABLE :"schema".notification_runs OWNER TO eventdb_owner;
ALTER TABLE :"schema".refused_groups OWNER TO eventdb_owner;
ALTER TABLE :"schema".notifications_schema_version OWNER TO eventdb_owner;
ALTER SEQUENCE :"schema".intelmq_ticket_seq OWNER TO eventdb_send_notifications;

DO $do$
DECLARE
    schema CONSTANT TEXT := current_setting('intelmqcbmail.schema');
    ours REGPROCEDURE;
    id_sequence REGCLASS;
BEGIN
    FOR ours IN
        SELECT oid FROM pg_proc
         WHERE pronamespace = (SELECT oid FROM pg_namespace WHERE nspname = schema)
           AND proname IN ('json_object_as_text_array', 'insert_directive', 'set_directive_aside',
                           'directives_from_extra', 'directives_from_difficult_json',
                           'events_insert_directives_for_row', 'set_aside_vanished_directives')
    LOOP
        EXECUTE format('ALTER FUNCTION %s OWNER TO eventdb_owner', ours);
    END LOOP;

    -- The sequence behind events.id: one that a default names, or one that the column owns.
    FOR id_sequence IN
        SELECT pg_class.oid
          FROM pg_attribute
          JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
          JOIN pg_depend ON classid = 'pg_attrdef'::REGCLASS AND objid = pg_attrdef.oid
                        AND refclassid = 'pg_class'::REGCLASS
          JOIN pg_class ON relkind = 'S' AND pg_class.oid = refobjid
         WHERE attrelid = format('%I.events', schema)::REGCLASS AND attname = 'id'
         UNION
        SELECT pg_get_serial_sequence(format('%I.events', schema), 'id')::REGCLASS
    LOOP
        CONTINUE WHEN id_sequence IS NULL;
        EXECUTE format('GRANT USAGE ON SEQUENCE %s TO eventdb_insert', id_sequence);
    END LOOP;

    -- That of sent may bear the name that the table had before.
    id_sequence := pg_get_serial_sequence(format('%I.sent', schema), 'id')::REGCLASS;
    IF id_sequence IS NOT NULL THEN
        EXECUTE format('GRANT USAGE ON SEQUENCE %s TO eventdb_send_notifications', id_sequence);
    END IF;
END
$do$;

GRANT INSERT ON :"schema".events TO eventdb_insert;
-- Whoever may execute it could put it on a table of his and write what he likes into directives.
REVOKE ALL ON FUNCTION :"schema".events_insert_directives_for_row() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION :"schema".events_insert_directives_for_row() TO eventdb_insert;

GRANT SELECT ON :"schema".events TO eventdb_send_notifications;
GRANT SELECT, UPDATE ON :"schema".directives, :"schema".ticket_day TO eventdb_send_notifications;
GRANT SELECT, INSERT ON :"schema".sent TO eventdb_send_notifications;
GRANT SELECT ON :"schema".rejected_directives, :"schema".notifications_schema_version
    TO eventdb_send_notifications;
GRANT SELECT, INSERT, UPDATE, DELETE ON :"schema".delivery_intents, :"schema".notification_runs,
    :"schema".refused_groups TO eventdb_send_notifications;
GRANT USAGE ON SEQUENCE :"schema".delivery_intents_id_seq, :"schema".notification_runs_id_seq,
    :"schema".refused_groups_id_seq TO eventdb_send_notifications;
-- The sender's sessions ask for page images in the WAL to be compressed, where nobody has configured
-- that either way. Nothing depends on it; and two databases that are set up at once may get into each
-- other's way here, as what is granted is the whole server's.
DO $do$
DECLARE
    may_already BOOLEAN := TRUE;
BEGIN
    -- Older servers know neither of these.
    IF current_setting('server_version_num')::INTEGER >= 150000 THEN
        EXECUTE 'SELECT has_parameter_privilege(''eventdb_send_notifications'', ''wal_compression'', ''SET'')'
           INTO may_already;
    END IF;
    IF NOT may_already THEN
        EXECUTE 'GRANT SET ON PARAMETER wal_compression TO eventdb_send_notifications';
    END IF;
EXCEPTION WHEN insufficient_privilege OR internal_error OR unique_violation THEN
    NULL;
END
$do$;
-- set_aside_vanished_directives() looks for events as the owner.
GRANT SELECT ON :"schema".events TO eventdb_owner;
REVOKE ALL ON FUNCTION :"schema".set_aside_vanished_directives(BIGINT[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION :"schema".set_aside_vanished_directives(BIGINT[])
    TO eventdb_send_notifications;


COMMENT ON TABLE :"schema".rejected_directives IS
    'Directives that could not be stored, or whose event was removed before they were sent';
COMMENT ON COLUMN :"schema".rejected_directives.directive IS
    'As it stood in extra; a string with the whole of extra where jsonb cannot hold that';
COMMENT ON TABLE :"schema".delivery_intents IS
    'Mails about to be delivered. One whose run is gone is a delivery whose end is not known';
COMMENT ON COLUMN :"schema".delivery_intents.run_id IS
    'The run that delivers, and the key of the advisory lock (one bigint) that a session of it holds'
    ' while it is alive. Upper 32 bits: 1229803853, which tells it from other programs'' locks. Lower 32'
    ' bits 0: a later run has taken it over from one that is gone';
COMMENT ON COLUMN :"schema".delivery_intents.mail_number IS
    'Which mail of its group: a group may have copies, all with one ticket. The position among what the'
    ' format makes; 65536 more for each mail before it that the same script''s own send() has sent.'
    ' Negative (2^31 less): of what send() sends this mail alone is owed, not those after it';
COMMENT ON COLUMN :"schema".delivery_intents.marks_directives IS
    'Whether the directives count as sent by this mail; not so for copies';
COMMENT ON COLUMN :"schema".delivery_intents.mail_date IS 'Its Date, which becomes sent.sent_at';
COMMENT ON COLUMN :"schema".delivery_intents.held_since IS
    'Since when it waits for an operator''s decision';
COMMENT ON COLUMN :"schema".delivery_intents.decision IS
    'What the operator said, or send_again where it certainly was not delivered; the next run acts on it';
COMMENT ON TABLE :"schema".notification_runs IS 'The last runs of the sender and how they ended';
COMMENT ON COLUMN :"schema".notification_runs.ended_at IS
    'NULL: still running, or ended without having its say';
COMMENT ON TABLE :"schema".refused_groups IS
    'Groups of pending directives whose mail the last runs were refused for good';
COMMENT ON COLUMN :"schema".refused_groups.n_runs IS
    'How many runs in a row were refused; a mail that is accepted, or refused for now, removes the row';
COMMENT ON COLUMN :"schema".refused_groups.set_aside_at IS
    'Since when the operator wants no run to try it; NULL: it is tried';
COMMENT ON TABLE :"schema".notifications_schema_version IS
    'One row: the version of these objects, for the program to compare with what it needs';
COMMENT ON FUNCTION :"schema".set_aside_vanished_directives(BIGINT[]) IS
    'Moves those pending directives whose event no longer exists to rejected_directives';

COMMIT;
