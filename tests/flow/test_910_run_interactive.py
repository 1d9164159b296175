# SPDX-License-Identifier: AGPL-3.0-or-later
"""Without --all: batches, questions, answers."""

import os
import pty

import pytest

from support.terminal import read_terminal

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


WRONG = "Please enter one of the characters c, s, a, q"


def test_quit_and_end_of_input(site, smtpd, put):
    put()
    for answers in ("q\n", "", "\n\nx\n"):
        result = site.run(answers=answers)
        assert result.returncode == 0
        assert result.stdout.endswith("Exiting without sending any further mails.\n")
        assert smtpd.mails == []


@pytest.mark.parametrize("answer", ["abort", "stop", "all", "send", "s a", "s ", " s", "S", "A", "", "1", "\0s",
                                    "s\0", "sq", "cs", "p", "p x", "p 1 s", "pa", "ß", "s\r", "s" * 5000])
def test_nothing_but_one_of_the_letters_is_an_answer(site, smtpd, put, answer):
    put()
    result = site.run(answers=answer + "\nq\n")
    assert result.stdout.count(QUESTION) == 2
    assert QUESTION + WRONG + "\n" + QUESTION in result.stdout
    assert smtpd.mails == []


def test_an_answer_without_its_line_break_sends_nothing(site, smtpd, put):
    put()
    assert "Exiting" in site.run(answers="s").stdout
    assert smtpd.mails == []


def test_texts_and_the_counts_of_each_batch(site, smtpd, put):
    for number in range(13):
        put(f"abuse{number}@isp.example", template_name="missing" if number == 9 else "open_snmp")
    result = site.run("-N", "5", answers="s\nc\ns\n")
    assert [line for line in result.stdout.replace(QUESTION, QUESTION + "\n").splitlines()
            if not line.startswith("* ")] == [
        "Current batch (5 of 13 total):",
        QUESTION,
        "Sending mails for 5 entries... 5 mails sent, 0 postponed, 0 errors.",
        "Current batch (5 of 8 total):",
        QUESTION,
        "Skipping this batch.",
        "Current batch (3 of 3 total):",
        QUESTION,
        "Sending mails for 3 entries... 2 mails sent, 0 postponed, 1 errors.",
    ]
    assert result.returncode == 3
    assert "7 mails sent, 0 postponed, 1 errors." in result.stderr
    assert len(smtpd.mails) == 7


def test_all_counts_what_is_left(site, put):
    for number in range(3):
        put(f"abuse{number}@isp.example")
    result = site.run("-n", "-N", "1", answers="c\na\n")
    assert "Sending mails for 2 entries... Simulation: 2 mails sent, 0 postponed, 0 errors.\n" in result.stdout


def test_event_ids_are_shown_on_demand(site, put):
    ids = put(n_events=2)
    assert f"2 events: [{ids[0]}, {ids[1]}]\n" in site.run("-vv", answers="q\n").stdout
    assert "2 events\n" in site.run("-v", answers="q\n").stdout


def test_a_mail_is_read_before_it_is_sent(site, smtpd, database, put):
    put("abuse@one.example", fields={"source.asn": 64501})
    put("abuse@two.example", fields={"source.asn": 64502})
    result = site.run(answers="p 2\np1\np 3\np 0\ns\n")
    shown = result.stdout.split(QUESTION)
    assert "To: abuse@two.example" in shown[1] and "64502" in shown[1] and "64501" not in shown[1]
    assert "To: abuse@one.example" in shown[2] and "64501" in shown[2]
    assert shown[3] == shown[4] == "This batch has the lines 1 to 2.\n"
    assert WRONG not in result.stdout
    assert shown[5].endswith("2 mails sent, 0 postponed, 0 errors.\n")
    assert len(smtpd.mails) == 2 and result.errors == []
    # A look draws no number.
    assert database.query("SELECT intelmq_ticket FROM sent ORDER BY 1 DESC LIMIT 1")[0][0].endswith("10000002")


def test_a_look_at_what_fails_or_waits_says_so(site, smtpd, put):
    put("abuse@one.example", template_name="missing")
    result = site.run(answers="p 1\nq\n")
    assert "missing" in result.stdout.split(QUESTION)[1]
    assert result.errors == [] and smtpd.mails == []


def test_the_answers_are_explained(site, put):
    put()
    result = site.run(answers="?\nq\n")
    explained = result.stdout.split(QUESTION)[1]
    assert [line.split()[0] for line in explained.splitlines()] == ["c", "s", "a", "q", "p", "?"]


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
    seen = read_terminal(outer)
    assert process.wait(timeout=30) == 0
    process.stdout.close()
    assert b"\r\x1b[K" in seen and b" of 1" in seen

    put("abuse@two.example")
    assert "\x1b" not in site.run("--all").stderr
