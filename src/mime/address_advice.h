/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * What is wrong with a text that is no address, where it is one of the usual slips. Pure.
 */
#pragma once

#include <glib.h>

/* The advice for the operator, in words, about `text`, which is UTF-8 and was refused; NULL where
 * nothing is known. (transfer full) */
gchar *mg_address_advice(const gchar *text);
