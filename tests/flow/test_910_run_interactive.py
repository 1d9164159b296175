# SPDX-License-Identifier: AGPL-3.0-or-later
"""Without --all: batches, questions, answers."""

import os
import pty

QUESTION = "Options: [c]ontinue (skip), [s]end this batch, send [a]ll, [q]uit? "


def test_list_question_and_counts(site, smtpd, put):
    put("abuse@one.example", 2)
    put("abuse@two.example", 1)

    result = site.run(answers="s\n")

    assert result.returncode == 0, result.stderr
    assert "* abuse@one.example open_snmp (shadowserver/csv_open_snmp): 2 events\n" in result.stdout
    assert QUESTION in result.stdout
    assert result.stdout.endswith("2 mails sent, 0 postponed, 0 errors.\n")
    assert len(smtpd.mails) == 2


def test_skipped_batch_stays_pending(site, smtpd, database, put):
    for number in range(4):
        put(f"abuse@isp{number}.example")
    result = site.run("-N", "2", answers="c\ns\n")
    assert result.stdout.count(QUESTION) == 2
    assert {mail.envelope_tos[0] for mail in smtpd.mails} == {"abuse@isp2.example",
                                                              "abuse@isp3.example"}
    assert database.query("SELECT count(*) FROM directives WHERE sent_id IS NULL") == [(2,)]


def test_all_sends_the_rest_without_further_question(site, smtpd, put):
    for number in range(5):
        put(f"abuse@isp{number}.example")
    result = site.run("--batch-size", "2", answers="s\na\n")
    assert result.stdout.count(QUESTION) == 2
    assert len(smtpd.mails) == 5


def test_quit_and_end_of_input(site, smtpd, put):
    put()
    for answers in ("q\n", "", "\n\nx\n"):
        result = site.run(answers=answers)
        assert result.returncode == 0
        assert smtpd.mails == []


def test_event_ids_are_shown_on_demand(site, put):
    ids = put(n_events=2)
    assert f"event ids: {ids[0]}, {ids[1]}" in site.run("-vv", answers="q\n").stdout
    assert "event ids" not in site.run("-v", answers="q\n").stdout


def test_terminal_is_safe_from_the_database(site, put):
    put("evil\x1b[2J\x07@isp.example")
    result = site.run(answers="q\n")
    assert "\x1b" not in result.stdout and "\x07" not in result.stdout
    assert "evil\\x1b[2J\\x07@isp.example" in result.stdout


def test_progress_line_only_on_a_terminal(site, put):
    put()
    outer, inner = pty.openpty()
    process = site.start("--all", stderr=inner)
    os.close(inner)
    seen = b""
    while True:
        try:
            chunk = os.read(outer, 4096)
        except OSError:  # the other side is closed
            break
        if not chunk:
            break
        seen += chunk
    os.close(outer)
    assert process.wait(timeout=30) == 0
    process.stdout.close()
    assert b"\r\x1b[K" in seen and b" of 1" in seen

    put("abuse@two.example")
    assert "\x1b" not in site.run("--all").stderr
