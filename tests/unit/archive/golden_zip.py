#!/usr/bin/python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""golden_zip.py PROGRAM: its archives as Python's zipfile and unzip read them."""

import io
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import zipfile

PROGRAM = sys.argv[1]
NOON = 1795143845  # 2026-11-20 04:04:05 in the tests' time zone
CHANCE = random.Random(16)


def pack(name, content):
    return subprocess.run([PROGRAM, name, str(NOON)], input=content, stdout=subprocess.PIPE, check=True).stdout


def judge(name, content):
    archive = pack(name, content)
    assert archive == pack(name, content), "not the same again"
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        assert opened.testzip() is None
        [entry] = opened.infolist()
        assert entry.filename == name, entry.filename
        assert entry.date_time == (2026, 11, 20, 4, 4, 4), entry.date_time
        assert entry.compress_type == zipfile.ZIP_DEFLATED or not content
        assert not entry.flag_bits & 0b1001, "encrypted or streamed"
        assert opened.read(entry) == content
    if shutil.which("unzip"):
        with tempfile.TemporaryDirectory() as directory:
            path = pathlib.Path(directory, "a.zip")
            path.write_bytes(archive)
            subprocess.run(["unzip", "-tqq", path], check=True)


for name in ("events.csv", "events-2of3.csv", "Vorfälle, März.csv", "事件.csv", "a b'c.csv"):
    for content in (b"", b"\"a\"\r\n", b"\xef\xbb\xbf\"\xc3\xa4\"\r\n" * 1000, CHANCE.randbytes(100000)):
        judge(name, content)
print("archives: as they should be")
