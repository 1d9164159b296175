# SPDX-License-Identifier: AGPL-3.0-or-later
"""Scripts with threads and processes of their own: the program's connections are one thread's at a time, and
a run goes on in one process."""

import email
import email.policy
import os
import signal
import textwrap

import pytest


@pytest.fixture
def run(site, put, database):
    """run(body): a run over five groups with a script of that body, in two workers."""

    def run(body):
        site.write_format("10-script.py", "def create_notifications(context):\n"
                          + textwrap.indent(textwrap.dedent(body), "    "))
        site.config["workers"] = 2
        for number in range(5):
            put(f"r{number}@isp.example", n_events=3)
        result = site.run("--all", timeout=40)
        assert "Fatal" not in result.stderr
        return result

    return run


def recipients(smtpd):
    return sorted(mail.envelope_tos[0] for mail in smtpd.mails)


ONE_EACH = [f"r{number}@isp.example" for number in range(5)]


def test_threads_share_the_context(run, smtpd, database):
    result = run("""\
        import threading
        found = []

        def work():
            for number in range(10):
                context.db_cursor.connection.cursor().execute("SELECT %s AS x", (number,))
                found.append(len(context.load_events()))
                context.mail_format_as_csv()[0].email

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert found == [3] * 40
        return context.mail_format_as_csv()
        """)
    assert result.returncode == 0, result.stderr
    assert recipients(smtpd) == ONE_EACH
    assert database.query("SELECT count(DISTINCT intelmq_ticket) FROM sent") == [(5,)]


def test_thread_that_goes_on_after_its_group(run, smtpd):
    """It is told so, and does not get at a connection that the worker uses."""
    result = run("""\
        import threading

        def work():
            try:
                while True:
                    context.load_events()
                    context.db_cursor.connection.cursor().execute("SELECT 1")
            except Exception as error:
                print("is over" in str(error))

        threading.Thread(target=work).start()
        return context.mail_format_as_csv()
        """)
    assert result.returncode == 0, result.stderr
    assert recipients(smtpd) == ONE_EACH
    assert result.stdout.splitlines() == ["True"] * 5


def test_threads_that_send(run, smtpd, database):
    result = run("""\
        import threading
        from intelmqmail.notification import EmailNotification

        class Own(EmailNotification):
            def send(self, send_context):
                def work(number):
                    send_context.smtp.send_message(mails[number].email,
                                                   to_addrs=[f"{number}@cert.example"])

                threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
                for thread in threads:
                    thread.start()
                for thread in threads:
                    thread.join()
                send_context.mark_as_sent([], self.ticket, None)

        mails = [context.mail_format_as_csv()[0] for _ in range(4)]
        return [Own(context.directive, mails[0].email, mails[0].ticket)]
        """)
    assert result.returncode == 0, result.stderr
    assert recipients(smtpd) == sorted([f"{number}@cert.example" for number in range(4)] * 5)
    assert len({email.message_from_bytes(mail.raw)["Message-Id"] for mail in smtpd.mails}) == 20
    assert database.query("SELECT count(*) FROM delivery_intents") == [(0,)]


@pytest.mark.parametrize("end, status", [
    ("sys.exit()", 0), ("sys.exit(3)", 3), ("sys.exit('why')", 1), ("raise ValueError('child')", 1),
    ("return [object()]", 0),
])
def test_child_does_not_come_back_as_a_worker(run, smtpd, database, end, status):
    result = run(f"""\
        import os, sys
        pid = os.fork()
        if pid == 0:
            {end}
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
        return context.mail_format_as_csv()
        """)
    assert result.returncode == 0, result.stderr
    assert recipients(smtpd) == ONE_EACH
    assert result.stdout.splitlines() == [str(status)] * 5
    assert ("ValueError: child" in result.stderr) == ("ValueError" in end)
    assert ("why" in result.stderr) == ("why" in end)


def test_child_does_not_get_at_the_connections(run, smtpd):
    result = run("""\
        import os, sys
        pid = os.fork()
        if pid == 0:
            try:
                context.load_events()
            except Exception as error:
                print(type(error).__name__, error)
            sys.exit()
        os.waitpid(pid, 0)
        context.load_events()
        return context.mail_format_as_csv()
        """)
    assert result.returncode == 0, result.stderr
    assert recipients(smtpd) == ONE_EACH
    assert "NotificationError a child process cannot use the context" in result.stdout


# Python code in a forked child of a process with several threads hangs with ThreadSanitizer, not without.
forks = pytest.mark.skipif(os.environ.get("INTELMQCBMAIL_SANITIZER") == "thread",
                           reason="a child forked from several threads hangs with ThreadSanitizer")


@forks
def test_child_hears_signals(run, smtpd):
    """The program's own threads leave them to one of their own."""
    result = run("""\
        import os, signal, time
        pid = os.fork()
        if pid == 0:
            time.sleep(60)
            os._exit(0)
        os.kill(pid, signal.SIGTERM)
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
        return context.mail_format_as_csv()
        """)
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines() == ["-15"] * 5


STARTS = {
    "subprocess": "subprocess.Popen(['sleep', '60'])",
    "shell": "subprocess.Popen('exec sleep 60', shell=True)",
    "preexec": "subprocess.Popen(['sleep', '60'], preexec_fn=lambda: None)",
    "posix_spawn": "Pid(os.posix_spawn('/bin/sleep', ['sleep', '60'], os.environ))",
    "posix_spawnp": "Pid(os.posix_spawnp('sleep', ['sleep', '60'], os.environ))",
    "spawnvp": "Pid(os.spawnvp(os.P_NOWAIT, 'sleep', ['sleep', '60']))",
    "multiprocessing": "multiprocessing.get_context('fork').Process(target=time.sleep, args=(60,))",
}
FORKS = ("spawnvp", "multiprocessing")  # and go on in Python


@pytest.mark.parametrize("start", [pytest.param(start, id=name, marks=forks if name in FORKS else ())
                                   for name, start in STARTS.items()])
def test_started_process_hears_signals(run, smtpd, start):
    result = run(f"""\
        import multiprocessing, os, signal, subprocess, time

        class Pid:
            def __init__(self, pid):
                self.pid = pid

            def wait(self):
                return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])

        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            process = {start}
            if hasattr(process, "join"):
                process.start()
            os.kill(process.pid, number)
            status = process.wait() if hasattr(process, "wait") else process.join() or process.exitcode
            print("ended" if status in (-number, 128 + number) else status)
        return context.mail_format_as_csv()
        """)
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines() == ["ended"] * 15
    assert recipients(smtpd) == ONE_EACH


def test_system(run):
    result = run("""\
        import os
        print(os.system("exit 3"), os.system(b"kill -TERM $$"), os.system("true"))
        return context.mail_format_as_csv()
        """)
    assert result.stdout.splitlines() == ["768 15 0"] * 5


def test_signal_while_processes_are_started(site, smtpd, database, put):
    """The moment in which the signals are not blocked is no gap: the run ends in good order."""
    site.write_format("10-script.py", """\
import subprocess


def create_notifications(context):
    for _ in range(20):
        subprocess.run(["true"], check=True)
    return context.mail_format_as_csv()
""")
    for number in range(60):
        put(f"r{number}@isp.example")
    for name in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        process = site.start("--all")
        smtpd.wait_for(len(smtpd.mails) + 2)
        process.send_signal(name)
        result = site.finish(process)
        assert (result.returncode, result.errors) == (1, []), result.stderr
        assert database.query("SELECT count(*) FROM delivery_intents") == [(0,)]
    assert len(smtpd.mails) < 60


ENDS = ["os._exit(0)", "posix._exit(0)", "os.execvp('true', ['true'])", "os.execl('/bin/true', 'true')",
        "sys.exit(0)"]


@pytest.mark.parametrize("end", ENDS)
def test_end_of_the_program_is_the_scripts_alone(run, smtpd, end):
    result = run(f"""\
        import os, posix, sys
        if context.directive.recipient_address.startswith("r2"):
            {end}
        return context.mail_format_as_csv()
        """)
    assert recipients(smtpd) == ONE_EACH  # the built-in format is asked next
    assert "SystemExit" in result.stderr and "ERROR - Error: " in result.stderr


@pytest.mark.parametrize("end", ["ctypes.CDLL(None).exit(0)", "ctypes.CDLL(None)._exit(0)"])
def test_end_of_the_program_by_a_library(run, end):
    """Nothing can be saved then; but cron hears of it."""
    result = run(f"""\
        import ctypes
        {end}
        """)
    assert result.returncode == 1
    (line,) = [line for line in result.stderr.splitlines() if "CRITICAL" in line]
    assert "Error: the program was ended from inside, by a format script" in line


def test_script_that_ends_the_program_as_it_is_loaded(site, smtpd, put):
    put()
    site.write_format("10-script.py", "import os\nos._exit(0)\n")
    result = site.run("--all")
    assert result.returncode == 2
    assert "10-script.py" in result.stderr and "a format script cannot end the program" in result.stderr
    assert smtpd.mails == []


def test_child_of_a_script_that_is_loaded(site, smtpd, put):
    site.write_format("10-script.py", """\
import os, sys

pid = os.fork()
if pid == 0:
    sys.exit(5)
STATUS = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def create_notifications(context):
    print(STATUS)
    return context.mail_format_as_csv()
""")
    put()
    result = site.run("--all")
    assert result.returncode == 0, result.stderr
    assert result.stdout == "5\n" and len(smtpd.mails) == 1


@pytest.mark.parametrize("closed", ["os.close(2)", "os.closerange(0, 3)"])
def test_log_does_not_get_into_a_connection(site, smtpd, put, closed):
    """The next socket would be opened under the number where the log goes."""
    site.write_format("10-script.py", f"""\
import os
{closed}


def create_notifications(context):
    context.logger.warning("something else than a mail")
    os.write(2, b"and this")
    return context.mail_format_as_csv()
""")
    for number in range(5):
        put(f"r{number}@isp.example")
    result = site.run("--all")
    assert result.returncode == 0
    assert recipients(smtpd) == ONE_EACH
    assert not any(b"something else" in mail.raw or b"and this" in mail.raw for mail in smtpd.mails)
