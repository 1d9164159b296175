# SPDX-License-Identifier: AGPL-3.0-or-later
"""The planner uses the indexes that are there for a query, once there are rows enough."""

import json

import pytest

RECIPIENT_GROUP = "json_object(aggregate_identifier) ->> 'recipient_group'"
GROUP_HASH = """hash_array_extended(ARRAY[recipient_address, template_name, notification_format,
    event_data_format]::TEXT[], hash_array_extended(COALESCE(aggregate_identifier, '{}'), 0))"""
N_SENT = 60000
N_PENDING = 600


@pytest.fixture(scope="module")
def filled(cluster):
    """Many directives that were sent, few pending, a few of either with a recipient_group."""
    database = cluster.create_ready_database()
    database.query(
        f"""
        SET session_replication_role = replica;
        INSERT INTO sent (intelmq_ticket, sent_at)
        SELECT '20261001-' || 10000000 + i, now() FROM generate_series(1, {N_SENT} / 10) AS i;
        INSERT INTO directives (events_id, sent_id, medium, recipient_address, template_name,
                                notification_format, event_data_format, aggregate_identifier,
                                notification_interval, endpoint, inserted_at)
        SELECT i, CASE WHEN i <= {N_SENT} THEN 1 + i / 10 END, 'email',
               'abuse-' || i % 200 || '@isp.example', 'template', 'shadowserver', 'csv',
               CASE WHEN i % 40 = 0 THEN ARRAY[['recipient_group', 'Group ' || i % 7000]]
                    WHEN i % 40 = 1 THEN NULL
                    ELSE ARRAY[['source.asn', (i % 200)::TEXT]] END,
               '1 day', 'source', now() - INTERVAL '1 month' + i * INTERVAL '1 second'
          FROM generate_series(1, {N_SENT + N_PENDING}) AS i;
        """
    )
    database.query("ANALYZE directives, sent")
    yield database
    cluster.drop_database(database)


def indexes_used(database, query):
    [(plan,)] = database.query("EXPLAIN (FORMAT JSON, COSTS OFF) " + query)
    used = set()

    def walk(node):
        if "Index Name" in node:
            used.add(node["Index Name"])
        for child in node.get("Plans", []):
            walk(child)

    walk(plan[0]["Plan"] if not isinstance(plan, str) else json.loads(plan)[0]["Plan"])
    return used


@pytest.mark.parametrize(
    "condition",
    [
        f"{RECIPIENT_GROUP} LIKE '%6960%'",
        f"{RECIPIENT_GROUP} ILIKE '%GROUP 6960%'",
        f"{RECIPIENT_GROUP} ILIKE 'group 696%'",
        f"{RECIPIENT_GROUP} ~ 'up 69.0'",
        f"{RECIPIENT_GROUP} ~* 'UP 69.0'",
        f"({RECIPIENT_GROUP}) % 'Grupe 6960'",
        f"'Group 6960' % ({RECIPIENT_GROUP})",
        f"{RECIPIENT_GROUP} = 'Group 6960'",
        f"{RECIPIENT_GROUP} ILIKE '%6960%' AND sent_id IS NOT NULL",
        f"({RECIPIENT_GROUP} ILIKE '%6960%' OR {RECIPIENT_GROUP} ILIKE '%6920%')",
        f"{RECIPIENT_GROUP} ILIKE ANY (ARRAY['%6960%', '%6920%'])",
    ],
)
def test_searches_for_a_recipient_group(filled, condition):
    query = f"SELECT id FROM directives WHERE {condition}"
    assert indexes_used(filled, query) == {"directives_recipient_group_idx"}
    found = set(filled.query(query))
    assert found
    # The same without the index, which is not of this expression.
    slow = query.replace(RECIPIENT_GROUP, f"({RECIPIENT_GROUP} || '')")
    assert found == set(filled.query(slow))


def test_a_search_as_the_web_front_end_makes_it(filled):
    query = f"""SELECT sent.intelmq_ticket, events.* FROM directives AS d3
        JOIN sent ON sent.id = d3.sent_id LEFT JOIN events ON d3.events_id = events.id
        WHERE {RECIPIENT_GROUP.replace("aggregate", "d3.aggregate")} ILIKE '%6960%'"""
    assert "directives_recipient_group_idx" in indexes_used(filled, query)


@pytest.mark.parametrize(
    "query, index",
    [
        ("SELECT min(inserted_at) FROM directives WHERE sent_id IS NULL", "directives_pending_idx"),
        ("SELECT * FROM directives WHERE events_id = 5", "directives_events_id_idx"),
        ("SELECT * FROM directives WHERE sent_id = 5", "directives_sent_id_idx"),
        (
            """SELECT * FROM directives WHERE recipient_address = 'x' AND template_name = 'x'
               AND notification_format = 'x' AND event_data_format = 'x'
               AND aggregate_identifier = '{{a,b}}' ORDER BY inserted_at DESC LIMIT 1""",
            "directives_grouping_idx",
        ),
        (
            f"""SELECT * FROM directives WHERE {GROUP_HASH} = 5 AND sent_id IS NOT NULL
                ORDER BY inserted_at DESC LIMIT 1""",
            "directives_last_sent_idx",
        ),
    ],
)
def test_index(filled, query, index):
    assert indexes_used(filled, query) == {index}


def test_pending_directives_are_found_without_reading_the_others(filled):
    used = indexes_used(
        filled,
        """SELECT array_agg(id) FROM directives
            WHERE sent_id IS NULL AND medium = 'email' AND endpoint = 'source'
            GROUP BY recipient_address, template_name, notification_format, event_data_format,
                     COALESCE(aggregate_identifier, '{}')""",
    )
    assert used in ({"directives_pending_idx"}, {"directives_sent_id_idx"})


def test_the_hash_tells_groups_apart(filled):
    """It is there to find, not to decide; but collisions would make it slow."""
    [(n_hashes, n_groups)] = filled.query(
        f"""SELECT count(DISTINCT {GROUP_HASH}),
                   count(DISTINCT (recipient_address, template_name, notification_format,
                                   event_data_format, COALESCE(aggregate_identifier, '{{}}')))
              FROM directives"""
    )
    assert n_hashes == n_groups > 200
