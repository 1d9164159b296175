/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * `check`: what signs and what takes the mails. Each function adds its findings.
 */
#pragma once

#include "cli/findings.h"
#include "model/settings.h"

/* A test signature, and how long the key is good. */
void mg_check_mail_key(MgFindings *findings, const MgSettings *settings);

/* Connects, greets, agrees on TLS and logs in, without a mail. */
void mg_check_mail_server(MgFindings *findings, const MgSettings *settings);
