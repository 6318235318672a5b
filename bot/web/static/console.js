// Keeps a page up to date, keeps what is being written, and sends each form once. Everything works without it, too.
"use strict";
(() => {
  const main = document.getElementById("main");
  const offline = document.getElementById("offline");
  const drafts = main.dataset.draft ? `draft:${main.dataset.draft}` : null;

  const atEnd = () => window.innerHeight + window.scrollY >= document.body.scrollHeight - 120;
  // Emptied first: the same words twice would not be read aloud again.
  function say(words) {
    const place = document.getElementById("announce");
    place.textContent = "";
    setTimeout(() => (place.textContent = words), 100);
  }
  const toEnd = () => window.scrollTo(0, document.body.scrollHeight);

  function replace(fresh) {
    const present = document.getElementById(fresh.id);
    if (!present) return false;
    const same = "version" in fresh.dataset
      ? present.dataset.version === fresh.dataset.version
      : present.dataset.written === fresh.outerHTML;
    if (same) return false;
    const focus = present.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
    const open = new Map([...present.querySelectorAll("details")].map((each) => [each.querySelector("summary").textContent, each.open]));
    const written = fresh.outerHTML;
    present.replaceWith(fresh);
    fresh.dataset.written = written;
    fresh.querySelectorAll("details").forEach((each) => (each.open = open.get(each.querySelector("summary").textContent) ?? each.open));
    if (focus) fresh.querySelector(`[href="${CSS.escape(focus)}"]`)?.focus({ preventScroll: true });
    return true;
  }

  let lastOne = document.getElementById("newest")?.dataset.newest ?? null;

  function show(text) {
    const follow = atEnd();
    const parts = new DOMParser().parseFromString(text, "text/html").querySelectorAll("[data-live]");
    let grown = false;
    for (const part of parts) {
      const changed = replace(document.importNode(part, true));
      if (changed && "keepEnd" in part.dataset) grown = true;
    }
    // Of a new message only that it is there: whoever listens reads it when they want to.
    const newest = document.getElementById("newest");
    if (newest && newest.dataset.newest !== lastOne) {
      if (lastOne !== null) say(newest.dataset.said);
      lastOne = newest.dataset.newest;
    }
    const name = document.getElementById("page-name");
    if (name && document.title !== name.dataset.pageName) {
      document.title = name.dataset.pageName;
      // Read aloud: what the eye sees change in the tabs.
      say(name.dataset.pageName);
    }
    if (grown && follow) toEnd();
    writing();
  }

  // What has changed is asked for when the stream says so; slowly besides, and more often where there is no stream.
  const CALM_SECONDS = 45;
  let tag = null;
  let failures = 0;
  let timer = null;
  let asking = false;
  let again = false;
  let streaming = false;
  function plan() {
    clearTimeout(timer);
    timer = setTimeout(refresh, (streaming ? CALM_SECONDS : Number(main.dataset.liveSeconds) * Math.min(6, 1 + failures)) * 1000);
  }
  async function refresh() {
    if (asking) return void (again = true);
    asking = true;
    again = false;
    if (document.visibilityState === "visible") {
      const stop = new AbortController();
      const limit = setTimeout(() => stop.abort(), 20000);
      try {
        const headers = { "X-Live": "1" };
        if (tag) headers["If-None-Match"] = tag;
        const answer = await fetch(main.dataset.liveUrl || location.href.split("#")[0], { headers, cache: "no-store", signal: stop.signal });
        if (answer.status === 401) return location.assign(main.dataset.liveUrl || location.href.split("#")[0]);
        if (answer.status === 200) {
          tag = answer.headers.get("ETag");
          show(await answer.text());
        }
        failures = answer.ok || answer.status === 304 ? 0 : failures + 1;
      } catch {
        failures += 1;
      }
      clearTimeout(limit);
      offline.hidden = failures < 2;
    }
    asking = false;
    plan();
    if (again) refresh();
  }

  // The stream shows every 20 seconds that it is alive. One that is silent or broken is opened anew, ever more slowly.
  let stream = null;
  let opened = 0;
  let tries = 0;
  let silence = null;
  let retry = null;
  function follow() {
    if (stream || !main.dataset.stream || document.visibilityState !== "visible") return;
    clearTimeout(retry);
    opened = Date.now();
    silence = setTimeout(lost, 60000);
    stream = new EventSource(main.dataset.stream);
    const alive = () => {
      streaming = true;
      clearTimeout(silence);
      silence = setTimeout(lost, 60000);
    };
    stream.addEventListener("beat", alive);
    stream.addEventListener("changed", () => {
      alive();
      refresh();
    });
    stream.addEventListener("over", lost);
    stream.addEventListener("error", lost);
  }
  function leave() {
    stream?.close();
    stream = null;
    streaming = false;
    clearTimeout(silence);
    clearTimeout(retry);
  }
  function lost() {
    leave();
    tries = Date.now() - opened > 60000 ? 1 : tries + 1;
    retry = setTimeout(follow, Math.min(60, 2 ** tries) * (700 + 600 * Math.random()));
    refresh();
  }
  function come() {
    follow();
    refresh();
  }

  // What is being written survives a lost connection and an ended session.
  function writing() {
    const field = document.getElementById("answer");
    if (!field || field.dataset.ready) return;
    field.dataset.ready = "1";
    const kept = drafts && sessionStorage.getItem(drafts);
    if (kept && !field.value) field.value = kept;
    const grow = () => {
      field.style.height = "auto";
      field.style.height = `${Math.min(field.scrollHeight + 2, 240)}px`;
    };
    field.addEventListener("input", () => {
      if (drafts) sessionStorage.setItem(drafts, field.value);
      grow();
    });
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) field.form.requestSubmit();
    });
    if (field.value) grow();
  }

  // The secret of an invitation's link stands behind its #, which browsers send to nobody. It goes into the form and leaves the address.
  const linked = document.querySelector("[data-from-fragment]");
  if (linked) {
    const field = linked.querySelector("input");
    const kept = sessionStorage.getItem("link");
    sessionStorage.removeItem("link");
    if (location.hash.length > 1) field.value = decodeURIComponent(location.hash.slice(1));
    else if (kept && !field.value) field.value = kept;
    linked.hidden = field.value !== "";
    history.replaceState(null, "", location.pathname);
    // Choosing another language loads the page again.
    document.querySelector('form[action="/console/language"]')?.addEventListener("submit", () => sessionStorage.setItem("link", field.value));
  }

  for (const button of document.querySelectorAll("[data-copy]")) {
    const field = document.getElementById(button.dataset.copy);
    button.hidden = !navigator.clipboard;
    button.addEventListener("click", async () => {
      field.select();
      await navigator.clipboard.writeText(field.value);
      say(button.dataset.copied);
      button.textContent = button.dataset.copied;
    });
  }

  // An address that names a part of the page leads there.
  let toEndAtStart = document.getElementById("answer") !== null && ["", "#answer"].includes(location.hash);
  // A draft is kept until the server has taken it: the page that follows a sent answer says so in its address.
  if (drafts && location.hash === "#end") {
    sessionStorage.removeItem(drafts);
    history.replaceState(null, "", location.pathname);
    toEndAtStart = true;
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!("once" in form.dataset)) return;
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = "1";
    form.querySelectorAll("button").forEach((button) => button.setAttribute("aria-busy", "true"));
  });
  // A ready answer is put into the field, to be changed before it is sent.
  document.addEventListener("click", (event) => {
    const words = event.target.closest?.("[data-fill]")?.dataset.fill;
    const field = document.getElementById("answer");
    if (!words || !field) return;
    field.value = field.value ? `${field.value}\n${words}` : words;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    event.target.closest("details")?.removeAttribute("open");
    field.focus();
  });
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    document.querySelectorAll("form[data-once]").forEach((form) => {
      delete form.dataset.sent;
      form.querySelectorAll("button").forEach((button) => button.removeAttribute("aria-busy"));
    });
  });

  writing();
  if (toEndAtStart) toEnd();
  if (main.dataset.liveSeconds) {
    plan();
    follow();
    document.addEventListener("visibilitychange", () => (document.visibilityState === "visible" ? come() : leave()));
    window.addEventListener("online", come);
    window.addEventListener("pagehide", leave);
    window.addEventListener("pageshow", (event) => event.persisted && come());
  }
})();
