/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Has gpg verify a sample of the signatures that it did not make, in the background: the first and
 * every thousandth. For this folder only; from any thread.
 */
#pragma once

#include "openpgp/agent.h"

typedef struct MgSampler MgSampler;

/* `agent` must outlive the sampler. */
MgSampler *mg_sampler_new(const MgAgent *agent);

/* Waits for what is being verified. */
void mg_sampler_free(MgSampler *sampler);

/* Counts a signature, armored or not, and verifies it if its turn has come. */
void mg_sampler_take(MgSampler *sampler, GBytes *content, GBytes *signature);

/* What gpg said of a signature that it does not accept, or why it could not be asked; NULL as long
 * as all is well. Waits for nothing, and once set stays as it is. (transfer none) */
const gchar *mg_sampler_failure(MgSampler *sampler);

/* Waits until all that was taken so far is verified. */
void mg_sampler_wait(MgSampler *sampler);
