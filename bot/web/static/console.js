// Keeps a page up to date, keeps what is being written, and sends each form once. Everything works without it, too.
"use strict";
(() => {
  const main = document.getElementById("main");
  const offline = document.getElementById("offline");
  const drafts = main.dataset.draft ? `draft:${main.dataset.draft}` : null;

  const atEnd = () => window.innerHeight + window.scrollY >= document.body.scrollHeight - 120;
  const toEnd = () => window.scrollTo(0, document.body.scrollHeight);

  function replace(fresh) {
    const present = document.getElementById(fresh.id);
    if (!present) return false;
    const same = "version" in fresh.dataset
      ? present.dataset.version === fresh.dataset.version
      : present.dataset.written === fresh.outerHTML;
    if (same) return false;
    const focus = present.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
    const closed = [...present.querySelectorAll("details:not([open])")].length > 0;
    const written = fresh.outerHTML;
    present.replaceWith(fresh);
    fresh.dataset.written = written;
    if (closed) fresh.querySelectorAll("details").forEach((each) => each.removeAttribute("open"));
    if (focus) fresh.querySelector(`[href="${CSS.escape(focus)}"]`)?.focus({ preventScroll: true });
    return true;
  }

  function show(text) {
    const follow = atEnd();
    const parts = new DOMParser().parseFromString(text, "text/html").querySelectorAll("[data-live]");
    let grown = false;
    for (const part of parts) {
      const changed = replace(document.importNode(part, true));
      if (changed && "keepEnd" in part.dataset) grown = true;
    }
    const name = document.getElementById("page-name");
    if (name && document.title !== name.dataset.pageName) {
      document.title = name.dataset.pageName;
      // Read aloud: what the eye sees change in the tabs.
      document.getElementById("announce").textContent = name.dataset.pageName;
    }
    if (grown && follow) toEnd();
    writing();
  }

  let tag = null;
  let failures = 0;
  async function refresh() {
    if (document.visibilityState === "visible") {
      try {
        const headers = { "X-Live": "1" };
        if (tag) headers["If-None-Match"] = tag;
        const stop = new AbortController();
        const timer = setTimeout(() => stop.abort(), 20000);
        const answer = await fetch(main.dataset.liveUrl || location.href.split("#")[0], { headers, cache: "no-store", signal: stop.signal });
        if (answer.status === 401) return location.assign(main.dataset.liveUrl || location.href.split("#")[0]);
        if (answer.status === 200) {
          tag = answer.headers.get("ETag");
          show(await answer.text());
        }
        clearTimeout(timer);
        failures = answer.ok || answer.status === 304 ? 0 : failures + 1;
      } catch {
        failures += 1;
      }
      offline.hidden = failures < 2;
    }
    const seconds = Number(main.dataset.liveSeconds) * Math.min(6, 1 + failures);
    setTimeout(refresh, seconds * 1000);
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
      document.getElementById("announce").textContent = button.dataset.copied;
      button.textContent = button.dataset.copied;
    });
  }

  let toEndAtStart = document.getElementById("answer") !== null;
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
  if (main.dataset.liveSeconds) setTimeout(refresh, Number(main.dataset.liveSeconds) * 1000);
})();
