# SPDX-License-Identifier: AGPL-3.0-or-later
"""What shells offer after a command line that is begun, with the completions of the tree."""

import os
import pathlib
import shlex
import shutil
import subprocess

COMPLETIONS = pathlib.Path(__file__).resolve().parents[2] / "completions"
SHELLS = ("bash", "zsh", "fish")

# compopt works only where bash itself completes; there `=` is a word of its own.
BASH = """
source {script}
compopt() {{ :; }}
COMP_WORDS=(intelmqcbmail {words})
COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
_intelmqcbmail {program}
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
# What zsh is given, before it looks at what was typed.
ZSH = """
compadd() {{ [[ $1 == -- ]] && shift; print -rl -- "$@"; }}
_files() {{ :; }}
compset() {{ :; }}
words=({program} {words})
CURRENT=$#words
source {script}
"""
FISH = "source {script}; complete -C {line}"


class Complaint(Exception):
    """A shell failed, or wrote to standard error, which would stand amid what is typed."""


def is_installed(shell):
    return shutil.which(shell) is not None


def _command(shell, program, words):
    quoted = [shlex.quote(word) for word in words]
    if shell == "bash":
        parts = [part for word in words for part in (word.replace("=", " = ", 1).split(" ")
                                                     if word.startswith("--") and "=" in word else [word])]
        text = BASH.format(script=shlex.quote(str(COMPLETIONS / "intelmqcbmail")), program=shlex.quote(str(program)),
                           words=" ".join(map(shlex.quote, parts)))
        return ["bash", "--norc", "-uc", text]
    if shell == "zsh":
        return ["zsh", "-fc", ZSH.format(script=COMPLETIONS / "_intelmqcbmail", program=program, words=" ".join(quoted))]
    line = shlex.quote(" ".join(["intelmqcbmail", *words]))
    return ["fish", "-Nc", FISH.format(script=COMPLETIONS / "intelmqcbmail.fish", line=line)]


def offered(shell, program, directory, *words):
    """The set of what is offered for the last of `words`, which may be begun only; zsh and fish choose from it by what
    was typed. Complaint where the shell is not content."""
    environment = os.environ | {"PATH": f"{program.parent}:{os.environ['PATH']}", "HOME": str(directory)}
    done = subprocess.run(_command(shell, program, words), capture_output=True, text=True, cwd=directory, check=False,
                          env=environment)
    if done.stderr or (shell == "bash" and done.returncode):
        raise Complaint(f"{shell} says after {words}: {done.stderr}")
    return {line.split("\t")[0] for line in done.stdout.splitlines() if line}
