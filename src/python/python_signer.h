/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * intelmqmail._core.Signer: the site's signing key, for a program that sends mails itself.
 *
 *     Signer(gnupg_home or None, signing_key or None, "auto" | "agent" | "gpg")
 *
 * What a script's context has of the core is the same: detach(bytes) → (armored signature, micalg),
 * clearsign(text). Makes a test signature; NotificationError where the key cannot be used. For any
 * thread, one signature after the other.
 */
#pragma once

#define PY_SSIZE_T_CLEAN
#include <Python.h>

extern PyTypeObject mg_python_signer_type;
