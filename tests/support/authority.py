# SPDX-License-Identifier: AGPL-3.0-or-later
"""A throw-away certificate authority for servers under test."""

import dataclasses
import os
import subprocess


@dataclasses.dataclass
class Tls:
    """Files of a throw-away authority and a server certificate signed by it."""

    ca: str
    certificate: str
    key: str


def make_tls(directory, name="localhost", addresses=("127.0.0.1", "::1")):
    """An authority and a certificate for `name`, made by openssl in `directory`."""
    directory = os.fspath(directory)
    os.makedirs(directory, exist_ok=True)

    def path(file):
        return os.path.join(directory, file)

    def openssl(*arguments):
        subprocess.run(("openssl",) + arguments, check=True, capture_output=True)

    names = ",".join(["DNS:" + name] + ["IP:" + address for address in addresses])
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    openssl("req", "-x509", *curve, "-days", "30", "-subj", "/CN=throw-away authority",
            "-keyout", path("ca.key"), "-out", path("ca.pem"))
    openssl("req", *curve, "-subj", "/CN=" + name,
            "-keyout", path("server.key"), "-out", path("server.csr"))
    with open(path("extensions"), "w", encoding="ascii") as file:
        file.write("subjectAltName=%s\n" % names)
    openssl("x509", "-req", "-days", "30", "-in", path("server.csr"), "-CA", path("ca.pem"),
            "-CAkey", path("ca.key"), "-CAcreateserial", "-extfile", path("extensions"),
            "-out", path("server.pem"))
    return Tls(path("ca.pem"), path("server.pem"), path("server.key"))
