// Messages as elements. Texts are only ever set as text.

import { showDay, showTime } from "./time.js";

const SVG = "http://www.w3.org/2000/svg";
const LOST = new Set(["failed", "undelivered"]);
const TICKS = { queued: "wait", sending: "wait", waiting: "tick", sent: "tick", received: "ticks", delivered: "ticks", read: "ticks" };

export function element(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", `icon icon--${name}`);
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}

// French and Arabic side by side would tangle where they wrap: each takes a line of its own.
export function bilingual(french, arabic) {
  const made = document.createDocumentFragment();
  const other = element("span", "arabic", arabic);
  other.lang = "ar";
  other.dir = "rtl";
  made.append(element("span", "", french), " ", other);
  return made;
}

export function dayLine(date) {
  const line = element("li", "day");
  line.append(element("bdi", "", showDay(date)));
  return line;
}

// `on` is told about pressed buttons and retries.
export function messageElement(message, on) {
  const mine = message.direction === "in";
  const made = element("li", `message message--${mine ? "mine" : "theirs"} message--${message.status}`);
  made.dataset.id = message.id;
  made.dataset.status = message.status;
  made.append(bubble(message));
  for (const button of message.buttons) made.append(pressable(button, on));
  if (LOST.has(message.status)) addLoss(made, message, on);
  return made;
}

function bubble(message) {
  const made = element("div", "bubble");
  if (message.location) made.append(place(message.location));
  if (message.contact) made.append(card());
  for (const media of message.media) made.append(attachment(media));
  if (message.text) {
    const text = element("p", "bubble__text", message.text);
    text.dir = "auto";
    made.append(text);
  }
  made.append(meta(message));
  return made;
}

function meta(message) {
  const made = element("div", "bubble__meta");
  if (message.segments) made.append(element("bdi", "bubble__segments", `${message.segments} SMS · ${message.encoding}`));
  const time = element("time", "", showTime(new Date(message.at)));
  time.dateTime = message.at;
  made.append(time);
  const tick = TICKS[message.status];
  if (tick) made.append(icon(tick));
  made.title = message.status;
  return made;
}

function pressable(button, on) {
  const made = element("button", "bubble__button", button.title);
  made.type = "button";
  made.dir = "auto";
  made.addEventListener("click", () => on.press(button));
  return made;
}

function addLoss(made, message, on) {
  made.classList.add("message--lost");
  if (message.direction === "in") {
    const again = element("button", "retry");
    again.type = "button";
    again.append(bilingual("Pas parti. Renvoyer", "لم تصل، أعد الإرسال"));
    again.addEventListener("click", () => on.retry(message));
    made.append(again);
  } else {
    const code = message.error_code ? ` (${message.error_code})` : "";
    const lost = element("p", "lost");
    lost.append(bilingual(`Non distribué${code}`, "لم تُسلَّم"));
    made.append(lost);
  }
}

function place(location) {
  const made = element("div", "place");
  const words = element("div");
  if (location.label) words.append(element("bdi", "place__label", location.label));
  const point = element("bdi", "", `${location.latitude.toFixed(4)}, ${location.longitude.toFixed(4)}`);
  point.dir = "ltr";
  words.append(point);
  made.append(icon("pin"), words);
  return made;
}

function card() {
  const made = element("div", "card");
  made.append(icon("contact"), element("span", "", "Mon numéro · رقمي"));
  return made;
}

function attachment(media) {
  if (media.content_type.startsWith("audio/")) {
    const made = element("audio", "voice");
    made.controls = true;
    made.preload = "none";
    made.src = media.url;
    return made;
  }
  const made = element("a", "file", media.name || media.url);
  made.href = media.url;
  made.rel = "noreferrer noopener";
  made.target = "_blank";
  return made;
}
