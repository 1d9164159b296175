/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * A preview: what the next run would send, hold back and fail at, as plain data.
 *
 * One thread at a time fills it; sorted, it may be read by any.
 */
#pragma once

#include "model/excess.h"
#include "model/form.h"
#include "model/group.h"
#include "model/mail.h"

typedef enum {
    MG_PREVIEW_MAIL,
    MG_PREVIEW_BY_SCRIPT, /* a format script sends it by its own send(): nobody knows beforehand */
    MG_PREVIEW_POSTPONED,
    MG_PREVIEW_FAILED,
    MG_PREVIEW_COPY_FAILED, /* a further mail of a group whose first one is all right */
    MG_PREVIEW_SKIPPED,     /* left alone, such as an uncertain delivery that is held */
} MgPreviewKind;

typedef struct {
    MgPreviewKind kind;
    MgGroup *group;
    guint position;     /* of its task in the run; 0 where not told */
    gchar *format_name; /* (nullable) */
    gchar *recipient;   /* To, as text */
    gchar **envelope_tos;
    gchar *subject;     /* (nullable): of mails only */
    gchar *ticket;      /* (nullable): a placeholder, or that of an uncertain delivery */
    GBytes *wire;       /* (nullable): of mails only */
    MgPart part;        /* of mails: which events it carries, and how; n_parts 0: not known */
    gsize size_limit;   /* of mails: bytes that it was made to keep to; 0: whatever it comes to */
    gboolean is_copy;   /* its acceptance would not mark the directives */
    gboolean is_resent; /* an uncertain delivery made again */
    gchar *reason;      /* (nullable): why postponed or skipped, or the error */
    gint64 until;       /* POSTPONED: MG_CLOCK_NONE where not known */
} MgPreviewEntry;

typedef struct {
    GPtrArray *mails; /* of MgPreviewEntry, as are the others */
    GPtrArray *postponed;
    GPtrArray *failed;
    GPtrArray *skipped;
    GPtrArray *excesses;   /* of MgExcess: not empty, the run would stop before its first mail */
    gchar *rejected_note;  /* (nullable): that directives are waiting whom nobody will be told of */
    gchar *set_aside_note; /* (nullable): that groups are set aside, which the run will not try */
    gint64 made_at;        /* microseconds, base/clock.h */
    gboolean will_sign;    /* the run would sign; what is shown here is not signed */
    const gchar *version;
} MgPreview;

MgPreview *mg_preview_new(void);
void mg_preview_free(MgPreview *preview);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgPreview, mg_preview_free)

/* Appends an entry for `group` where its kind belongs and returns it, for the caller to fill.
 * Recipient and envelope are the group's until the caller knows better. (transfer none) */
MgPreviewEntry *mg_preview_add(MgPreview *preview, MgPreviewKind kind, const MgGroup *group);

/* What the entry tells of a mail, which is copied; its bytes are shared. */
void mg_preview_set_mail(MgPreviewEntry *entry, const MgMail *mail);

/* Which groups the run works on, in its order. (element-type MgGroup) (transfer none) */
void mg_preview_set_order(MgPreview *preview, const GPtrArray *groups);

/* Workers tell in any order: brings the entries into that of the run, groups of equal place into
 * that of the directives. A group that one worker had to skip and another took over is taken from
 * the skipped. */
void mg_preview_sort(MgPreview *preview);

/* Events of all groups that would be mailed; each group counts once, however many mails it gets. */
gsize mg_preview_count_events(const MgPreview *preview);

/* "inline", "zip", where there are several "zip 2/3"; "-" where it is not known. (transfer full) */
gchar *mg_preview_form(const MgPreviewEntry *entry);

/* 0 where there are no bytes. */
gsize mg_preview_size(const MgPreviewEntry *entry);
