"use strict";
// Everything from outside goes to the screen as text: textContent and attributes that are only
// text, never markup, never an address. The page's policy would forbid more.
(() => {
  const CHUNK = 200; // entries put on the list at once
  const ROWS = 500; // rows of a table shown unasked
  const PLAIN = new Set(["from", "to", "cc", "reply-to", "date"]); // headers that every reader sees
  // What steers, turns the direction of writing, or is not seen at all: of no width, tags, without a picture.
  const WILD = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\uffa0\ufe00-\ufe0e\u{e0000}-\u{e0fff}\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/u;

  const byId = (id) => document.getElementById(id);
  const data = JSON.parse(byId("data").textContent);
  const TABS = ["mails", "postponed", "failed", "skipped"].filter(isShown);
  const list = byId("list");
  const reader = byId("reader");
  const filter = byId("filter");
  const order = byId("order");
  const isWide = matchMedia("(min-width: 52.01rem)");

  let tab = "mails";
  let entries = []; // of the tab, filtered and in order
  let current = null; // the entry that is open
  let asText = false; // tables as the text they are in the mail

  // Groups are seldom left alone: no tab for none.
  function isShown(name) {
    return name !== "skipped" || data.skipped.length > 0;
  }

  // A text node; what would act unseen, such as a change of the direction of writing, as a mark.
  function addText(element, text) {
    for (const piece of String(text).split(new RegExp(`(${WILD.source})`, "u"))) {
      if (WILD.test(piece)) {
        const mark = document.createElement("span");
        mark.className = "code";
        mark.textContent = "U+" + piece.codePointAt(0).toString(16).toUpperCase().padStart(4, "0");
        element.append(mark);
      } else if (piece !== "") {
        element.append(piece);
      }
    }
  }

  function make(name, className, text) {
    const element = document.createElement(name);
    if (className) element.className = className;
    if (text !== undefined && text !== null) {
      element.dir = "auto"; // keeps a text from turning what stands beside it
      if (WILD.test(text)) addText(element, text);
      else element.textContent = text;
    }
    return element;
  }

  const number = (value) => value.toLocaleString("en");
  const plural = (count, word) => `${number(count)} ${word}${count === 1 ? "" : "s"}`;

  function size(bytes) {
    if (bytes < 1000) return `${bytes} B`;
    return bytes < 999950 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
  }

  const form = (entry) =>
    entry.n_parts > 1 ? `${entry.data_form}, part ${entry.part} of ${entry.n_parts}` : entry.data_form;

  function time(date) {
    const options = { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit",
      timeZoneName: "short" };
    return date.toLocaleString("en-GB", options);
  }

  // The first full minute at which a run would no longer wait.
  const until = (entry) => (entry.until === null ? "not known"
    : time(new Date(Math.ceil(new Date(entry.until).getTime() / 60000) * 60000)));

  // ---- the list

  const receiver = (entry) => (entry.is_copy && entry.envelope_to
    ? entry.envelope_to.join(", ") : entry.recipient);
  const subject = (entry) => (entry.is_by_script ? "(the format script sends it itself)" : entry.subject);

  // Many subjects begin alike: what tells a long one from the others must not be what is cut off. As
  // subject_text.c does it for the list on a terminal.
  const LIMIT = 60;
  const HEAD = 12;

  function common(a, b) {
    let at = 0;
    while (at < a.length && a[at] === b[at]) at++;
    return at;
  }

  function shorten(text, shared) {
    const start = text.lastIndexOf(" ", shared - 1) + 1;
    if (text.length <= LIMIT || shared + 2 < LIMIT || start <= HEAD) return text;
    const head = Math.min(Math.max(LIMIT - 1 - (text.length - start), HEAD), start);
    return `${text.slice(0, head)}…${text.slice(start)}`;
  }

  const shortSubjects = new Map();
  const sortedSubjects = [...new Set(data.mails.map((entry) => subject(entry) ?? ""))].sort();
  sortedSubjects.forEach((text, i) => {
    const shared = Math.max(common(text, sortedSubjects[i - 1] ?? ""), common(text, sortedSubjects[i + 1] ?? ""));
    shortSubjects.set(text, shorten(text, shared));
  });

  function haystack(entry) {
    entry.haystack ??= [entry.recipient, entry.subject, entry.format, entry.template_name,
      entry.notification_format, entry.event_data_format, entry.reason, entry.error,
      ...(entry.envelope_to ?? []), ...Object.values(entry.aggregate_identifier)].join("\n").toLowerCase();
    return entry.haystack;
  }

  function compare(key) {
    if (key === "n_events" || key === "size") return (a, b) => (b[key] ?? 0) - (a[key] ?? 0);
    if (key === "number") return (a, b) => a.number - b.number;
    return (a, b) => (a[key] ?? "").localeCompare(b[key] ?? "");
  }

  function addMark(element, entry) {
    if (entry.is_copy) element.append(make("span", "mark", "copy"));
    if (entry.is_resent) element.append(make("span", "mark", "sent again"));
  }

  function makeItem(entry, index) {
    const row = document.createElement("li");
    const item = make("button", "item");
    item.type = "button";
    item.dataset.index = index;
    item.tabIndex = -1;
    item.append(make("span", "who", receiver(entry)),
      make("span", "size", tab === "mails" ? size(entry.size) : ""));
    if (tab === "mails") {
      const what = make("span", "what");
      addMark(what, entry);
      what.append(make("bdi", "", shortSubjects.get(subject(entry)) ?? subject(entry)));
      item.append(what);
    } else if (tab === "postponed") {
      item.append(make("span", "what", `from ${until(entry)}${entry.reason ? ": " + entry.reason : ""}`));
    } else {
      item.append(make("span", tab === "failed" ? "error" : "what", entry.error ?? entry.reason));
    }
    item.append(make("span", "more", entry.format ?? entry.template_name),
      make("span", "n", plural(entry.n_events, "event") + (entry.n_parts > 1 ? `, ${form(entry)}` : "")));
    if (entry === current) item.setAttribute("aria-current", "true");
    row.append(item);
    return row;
  }

  function addChunk() {
    const from = list.children.length;
    const rows = entries.slice(from, from + CHUNK).map((entry, i) => makeItem(entry, from + i));
    list.append(...rows);
    return rows.length > 0;
  }

  // Tab stops at one entry; the arrow keys go to the others.
  function setStop(item) {
    list.querySelector("[tabindex='0']")?.setAttribute("tabindex", "-1");
    item?.setAttribute("tabindex", "0");
  }

  function showList() {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    const all = data[tab];
    entries = all.filter((entry) => words.every((word) => haystack(entry).includes(word)));
    entries.sort(compare(order.value));
    list.replaceChildren();
    list.scrollTop = 0;
    addChunk();
    setStop(list.querySelector("[aria-current]") ?? list.querySelector(".item"));
    const groups = new Map(entries.map((entry) => [entry.directive_ids[0], entry.n_events]));
    const events = [...groups.values()].reduce((sum, n) => sum + n, 0);
    const part = entries.length < all.length ? `${number(entries.length)} of ` : "";
    byId("shown").textContent = all.length === 0 ? "None"
      : `${part}${plural(all.length, tab === "mails" ? "mail" : "group")}, ${plural(events, "event")}`;
  }

  function showTab(name) {
    tab = name;
    for (const each of TABS) {
      const button = byId(`tab-${each}`);
      button.setAttribute("aria-selected", String(each === name));
      button.tabIndex = each === name ? 0 : -1;
    }
    byId("list-panel").setAttribute("aria-labelledby", `tab-${name}`);
    showList();
  }

  const itemAt = (index) => list.querySelector(`[data-index="${index}"]`);

  function focusItem(index) {
    if (index >= list.children.length && !addChunk()) index = list.children.length - 1;
    const item = itemAt(Math.max(0, index));
    if (!item) return;
    setStop(item);
    item.focus();
    if (isWide.matches && current !== null) open(entries[item.dataset.index], false);
  }

  // ---- the reader

  function field(fields, name, text) {
    if (text === null || text === undefined || text === "") return;
    fields.append(make("dt", "", name), make("dd", "", text));
  }

  const quote = (cell) => `"${cell.replaceAll('"', '""')}"`;
  const tableAsText = (rows) => rows.map((cells) => cells.map(quote).join(",") + "\n").join("");

  function makeRow(cells, name) {
    const row = document.createElement("tr");
    for (const text of cells) {
      const cell = make(name, name === "td" && text.length <= 28 && !text.includes("\n") ? "short" : "", text);
      if (name === "th") cell.scope = "col";
      row.append(cell);
    }
    return row;
  }

  function makeTable(rows, label) {
    const box = make("div", "scroll");
    const table = document.createElement("table");
    const head = document.createElement("thead");
    const body = document.createElement("tbody");
    const about = `${label}: ${plural(rows.length - 1, "row")}, ${plural(rows[0].length, "column")}`;
    table.append(make("caption", "", about), head, body);
    head.append(makeRow(rows[0], "th"));
    body.append(...rows.slice(1, 1 + ROWS).map((cells) => makeRow(cells, "td")));
    box.tabIndex = 0;
    box.setAttribute("role", "region");
    box.setAttribute("aria-label", about);
    box.append(table);
    if (rows.length - 1 > ROWS) {
      const more = make("button", "plain", `Show all ${number(rows.length - 1)} rows`);
      more.type = "button";
      more.addEventListener("click", () => {
        body.append(...rows.slice(1 + ROWS).map((cells) => makeRow(cells, "td")));
        more.remove();
        box.focus();
      });
      box.append(more);
    }
    return box;
  }

  function makePart(part) {
    const paper = make("section", "paper");
    if (!part.is_body) {
      const heading = make("h3", "", part.name ?? "Part without name");
      heading.append(make("small", "", `${part.type}, ${size(part.size)}`));
      paper.append(heading);
    }
    for (const block of part.blocks ?? []) {
      if (typeof block === "string") paper.append(make("pre", "", block));
      else if (asText) paper.append(make("pre", "", tableAsText(block)));
      else paper.append(makeTable(block, part.name ?? "Table in the text"));
    }
    return paper;
  }

  // What the mail's reader does not look at: shown when asked for.
  function addBackground(entry, headers) {
    const details = document.createElement("details");
    const fields = document.createElement("dl");
    details.append(make("summary", "", headers.length > 0 ? "Further headers, directive, ids" : "Directive, ids"), fields);
    for (const [name, text] of headers) field(fields, name, text);
    field(fields, "Template", entry.template_name);
    field(fields, "Notification format", entry.notification_format);
    field(fields, "Event data format", entry.event_data_format);
    for (const [name, value] of Object.entries(entry.aggregate_identifier)) field(fields, name, value ?? "NULL");
    field(fields, "Directive ids", entry.directive_ids.join(", "));
    field(fields, "Event ids", entry.event_ids.join(", "));
    reader.append(details);
  }

  /* The page asks no mail server. */
  const limit = (entry) =>
    entry.size_limit ? ` of at most ${size(entry.size_limit)}, or what the mail server announces` : "";

  function addMail(entry) {
    const fields = document.createElement("dl");
    const source = byId(`data-${entry.number}`);
    const mail = source ? JSON.parse(source.textContent) : { headers: [], parts: [] };
    const tos = entry.envelope_to.join(", ");
    const isPlain = ([name]) => PLAIN.has(name.toLowerCase());
    for (const [name, text] of mail.headers.filter(isPlain)) field(fields, name, text);
    if (entry.is_copy || tos !== entry.recipient) field(fields, "Delivered to", tos);
    field(fields, "Format", entry.format);
    field(fields, "Events", number(entry.n_events));
    if (entry.data_form) field(fields, "Form", form(entry));
    if (source) field(fields, "Size", size(entry.size) + limit(entry) + (data.will_be_signed ? ", without the signature" : ""));
    reader.append(fields);
    if (!source) {
      const note = "The format script sends this mail by its own send(): what it will be is known only when it is sent.";
      reader.append(make("p", "paper", note));
    }
    if (mail.parts.some((part) => part.blocks?.some(Array.isArray))) addToggle(entry);
    reader.append(...mail.parts.map(makePart));
    addBackground(entry, mail.headers.filter((header) => !isPlain(header) && header[0].toLowerCase() !== "subject"));
  }

  function addToggle(entry) {
    const toggle = make("button", "plain", "Tables as text");
    toggle.type = "button";
    toggle.id = "as-text";
    toggle.setAttribute("aria-pressed", String(asText));
    toggle.addEventListener("click", () => {
      asText = !asText;
      render(entry);
      byId("as-text").focus();
    });
    reader.querySelector(".bar").append(toggle);
  }

  function addOther(entry) {
    const fields = document.createElement("dl");
    if (tab === "failed") {
      const news = make("section", "paper bad-news");
      news.append(make("pre", "", entry.error));
      reader.append(news);
    } else {
      if (tab === "postponed") field(fields, "From when", until(entry));
      field(fields, "Reason", entry.reason ?? "not given");
    }
    field(fields, "Format", entry.format);
    field(fields, "Events", number(entry.n_events));
    reader.append(fields);
    addBackground(entry, []);
  }

  function render(entry) {
    const bar = make("div", "bar");
    const back = make("button", "plain", "‹ List");
    back.type = "button";
    back.id = "back";
    back.addEventListener("click", close);
    bar.append(back);
    addMark(bar, entry);
    const heading = make("h2", "", tab === "mails" ? subject(entry) : entry.recipient);
    reader.replaceChildren(bar, heading);
    reader.scrollTop = 0;
    if (tab === "mails") addMail(entry);
    else addOther(entry);
  }

  function open(entry, takeFocus) {
    current = entry;
    list.querySelector("[aria-current]")?.removeAttribute("aria-current");
    const item = itemAt(entries.indexOf(entry));
    item?.setAttribute("aria-current", "true");
    setStop(item ?? list.querySelector(".item"));
    render(entry);
    if (takeFocus) {
      document.body.classList.add("reading");
      reader.focus();
    }
  }

  function close() {
    document.body.classList.remove("reading");
    (list.querySelector("[tabindex='0']") ?? filter).focus();
  }

  function forget() {
    current = null;
    document.body.classList.remove("reading");
    reader.replaceChildren(make("p", "hint", "Choose an entry on the list to see all of it."));
  }

  // ---- keys and clicks

  function onListKey(event) {
    const item = event.target.closest(".item");
    if (!item) return;
    const index = Number(item.dataset.index);
    const page = Math.max(1, Math.floor(list.clientHeight / item.offsetHeight) - 1);
    const targets = { ArrowDown: index + 1, ArrowUp: index - 1, Home: 0, End: list.children.length - 1,
      PageDown: Math.min(index + page, entries.length - 1), PageUp: index - page };
    if (!(event.key in targets)) return;
    event.preventDefault();
    if (event.key === "ArrowUp" && index === 0) filter.focus();
    else focusItem(targets[event.key]);
  }

  function onTabKey(event) {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step) return;
    const next = TABS[(TABS.indexOf(tab) + step + TABS.length) % TABS.length];
    event.preventDefault();
    forget();
    showTab(next);
    byId(`tab-${next}`).focus();
  }

  function onFilterKey(event) {
    if (event.key === "ArrowDown" || (event.key === "Enter" && !event.isComposing)) {
      event.preventDefault();
      focusItem(0);
    } else if (event.key === "Escape" && filter.value === "") {
      focusItem(0);
    }
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const isTyping = event.target === filter || event.target === order;
    if (event.key === "/" && !isTyping) {
      event.preventDefault();
      document.body.classList.remove("reading");
      filter.focus();
      filter.select();
    } else if (event.key === "Escape" && !isTyping) {
      close();
    }
  });
  list.addEventListener("keydown", onListKey);
  list.addEventListener("click", (event) => {
    const item = event.target.closest(".item");
    if (item) open(entries[item.dataset.index], true);
  });
  list.addEventListener("scroll", () => {
    if (list.scrollTop + 2 * list.clientHeight > list.scrollHeight) addChunk();
  }, { passive: true });
  document.querySelector("[role='tablist']").addEventListener("keydown", onTabKey);
  filter.addEventListener("keydown", onFilterKey);
  filter.addEventListener("input", showList);
  order.addEventListener("change", showList);
  for (const name of TABS) {
    const button = byId(`tab-${name}`);
    byId(`count-${name}`).textContent = number(data[name].length);
    if (data[name].length > 0) button.classList.add("some");
    button.classList.add({ mails: "good", failed: "bad" }[name] ?? "late");
    button.hidden = false;
    button.addEventListener("click", () => {
      forget();
      showTab(name);
    });
  }

  byId("limits").hidden = data.exceeded_limits.length === 0;
  byId("limits").querySelector("ul").append(...data.exceeded_limits.map((excess) => make("li", "", excess.text)));

  byId("made").textContent = `Made ${time(new Date(data.made_at))} by intelmqcbmail ${data.version}. Nothing was sent,`
    + ` no ticket number drawn: NNNNNNNN stands for it.`
    + (data.will_be_signed ? " The mails will be signed when they are sent." : "");
  const leftOut = [data.rejected, data.set_aside].filter((note) => note !== null);
  byId("left-out").hidden = leftOut.length === 0;
  byId("left-out").append(...leftOut.map((note) => make("li", "", `Not to be sent: ${note}`)));
  showTab("mails");
  if (entries.length > 0) open(entries[0], false);
})();
