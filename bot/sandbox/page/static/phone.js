// One phone: its tabs, screen and composer.

import { blockChannel, forgetPhone, readMessages, sendMessage } from "./api.js";
import { bilingual, dayLine, element, icon, messageElement } from "./bubbles.js";
import { showDay } from "./time.js";

const NEAR_END = 120;

export class Phone {
  constructor(saved, places, on) {
    this.number = saved.phone;
    this.name = saved.name;
    this.channel = saved.channel ?? "whatsapp";
    this.seen = saved.seen ?? {};
    this.blocked = [];
    this.messages = [];
    this.drawn = "";
    this.on = on;
    this.root = document.getElementById("phone-template").content.firstElementChild.cloneNode(true);
    this.root.dataset.phone = this.number;
    this.fillPlaces(places);
    this.listen();
    this.show(this.channel);
  }

  find(selector) {
    return this.root.querySelector(selector);
  }

  saved() {
    return { phone: this.number, name: this.name, channel: this.channel, seen: this.seen };
  }

  async refresh() {
    this.messages = await readMessages(this.number);
    this.draw();
  }

  setServerSide(known) {
    this.blocked = known?.blocked ?? [];
    this.drawHead();
  }

  show(channel) {
    this.channel = channel;
    this.root.dataset.channel = channel;
    this.find(".pin").hidden = true;
    this.find('[data-act="pin"]').setAttribute("aria-expanded", "false");
    for (const act of ["pin", "voice"]) this.find(`[data-act="${act}"]`).hidden = channel === "sms";
    this.say("");
    this.drawn = "";
    this.draw(true);
    this.on.changed();
  }

  draw(toEnd = false) {
    const shown = this.messages.filter((message) => message.channel === this.channel);
    const state = JSON.stringify(shown);
    this.markSeen(shown);
    this.drawHead();
    if (state === this.drawn && !toEnd) return;
    this.drawn = state;
    const screen = this.find(".screen");
    const follow = toEnd || screen.scrollHeight - screen.scrollTop - screen.clientHeight < NEAR_END;
    this.drawMessages(shown);
    this.drawKeyboard(shown);
    if (follow) screen.scrollTop = screen.scrollHeight;
  }

  // Elements of messages that did not change stay: a voice note goes on playing.
  drawMessages(shown) {
    const list = this.find(".bubbles");
    const before = new Map([...list.children].map((child) => [child.dataset.state, child]));
    const children = [];
    let day = "";
    for (const message of shown) {
      const date = new Date(message.at);
      if (showDay(date) !== day) {
        day = showDay(date);
        children.push(dayLine(date));
      }
      const state = JSON.stringify(message);
      const made = before.get(state) ?? messageElement(message, this.handlers());
      made.dataset.state = state;
      children.push(made);
    }
    list.replaceChildren(...(children.length ? children : [this.greeting()]));
  }

  greeting() {
    const made = element("li", "empty");
    made.append(bilingual("Personne n’a encore écrit ici.", "لا رسائل هنا بعد"));
    if (this.channel === "telegram") {
      const start = element("button", "", "START");
      start.type = "button";
      start.addEventListener("click", () => this.send({ text: "/start" }));
      made.append(start);
    }
    return made;
  }

  handlers() {
    return {
      press: (button) => this.send({ button: button.payload }),
      retry: (message) => this.send({ text: message.text || " ", ...content(message), provider_id: message.provider_id }),
    };
  }

  drawHead() {
    this.find(".phone__name").textContent = this.name;
    this.find(".phone__number").textContent = this.number;
    const blocked = this.blocked.includes(this.channel);
    const words = blocked ? ["Débloquer l’expéditeur", "رفع الحظر"] : ["Bloquer l’expéditeur", "حظر المرسل"];
    this.find('[data-act="block"]').replaceChildren(bilingual(...words));
    for (const tab of this.root.querySelectorAll("[data-tab]")) {
      tab.setAttribute("aria-selected", String(tab.dataset.tab === this.channel));
      const unread = this.unread(tab.dataset.tab);
      const badge = tab.querySelector(".badge");
      badge.hidden = unread === 0;
      badge.textContent = unread;
    }
  }

  drawKeyboard(shown) {
    const last = shown.filter((message) => message.keyboard !== null).at(-1);
    const keys = last?.keyboard ?? [];
    const keyboard = this.find(".keyboard");
    keyboard.hidden = keys.length === 0;
    keyboard.replaceChildren(...keys.map((key) => this.key(key)));
    this.find('[data-act="contact"]').hidden = !keys.some((key) => key.request === "contact");
  }

  key(key) {
    const made = element("button");
    made.type = "button";
    made.dir = "auto";
    if (key.request) made.append(icon(key.request === "contact" ? "contact" : "pin"));
    made.append(element("bdi", "", key.title));
    made.addEventListener("click", () => {
      if (key.request === "contact") this.send({ contact: true });
      else if (key.request === "location") this.togglePin(true);
      else this.send({ text: key.title });
    });
    return made;
  }

  unread(channel) {
    const seen = this.seen[channel] ?? 0;
    return this.messages.filter((message) => message.channel === channel && message.direction === "out" && message.id > seen).length;
  }

  markSeen(shown) {
    const last = shown.at(-1)?.id ?? 0;
    if (last > (this.seen[this.channel] ?? 0)) {
      this.seen[this.channel] = last;
      this.on.changed();
    }
  }

  say(words) {
    const notice = this.find(".notice");
    notice.hidden = !words;
    notice.textContent = words;
  }

  async send(body) {
    this.say("");
    const sending = sendMessage(this.number, { channel: this.channel, name: this.name, ...body });
    // Shows what is being sent while the product still thinks about it.
    setTimeout(() => this.refreshQuietly(), 150);
    try {
      await sending;
      return true;
    } catch (error) {
      if (error.status !== 502) this.say(error.message);
      return error.status === 502;
    } finally {
      this.drawn = "";
      await this.refreshQuietly();
      this.find(".screen").scrollTop = this.find(".screen").scrollHeight;
    }
  }

  async refreshQuietly() {
    try {
      await this.refresh();
    } catch {
      this.on.unreachable();
    }
  }

  togglePin(open = this.find(".pin").hidden) {
    this.find(".pin").hidden = !open;
    this.find('[data-act="pin"]').setAttribute("aria-expanded", String(open));
    if (open) this.find(".pin select").focus();
  }

  fillPlaces(places) {
    const select = this.find(".pin select");
    const labels = { inside: "Province de Khémisset · إقليم الخميسات", outside: "Ailleurs · خارج الإقليم" };
    for (const [group, rows] of Object.entries(places)) {
      const made = element("optgroup");
      made.label = labels[group];
      for (const row of rows) {
        const option = element("option", "", `${row.fr} · ${row.ar}`);
        option.value = `${row.latitude},${row.longitude}`;
        made.append(option);
      }
      select.append(made);
    }
    this.usePlace();
  }

  usePlace() {
    const form = this.find(".pin").elements;
    [form.latitude.value, form.longitude.value] = form.place.value.split(",");
  }

  listen() {
    for (const tab of this.root.querySelectorAll("[data-tab]")) tab.addEventListener("click", () => this.show(tab.dataset.tab));
    this.listenToComposer();
    this.listenToMenu();
    const pin = this.find(".pin");
    pin.elements.place.addEventListener("change", () => this.usePlace());
    pin.addEventListener("submit", (event) => {
      event.preventDefault();
      this.togglePin(false);
      this.send({ location: { latitude: Number(pin.elements.latitude.value), longitude: Number(pin.elements.longitude.value) } });
    });
  }

  listenToComposer() {
    const composer = this.find(".composer");
    const field = composer.querySelector("textarea");
    const grow = () => {
      field.style.height = "auto";
      field.style.height = `${Math.min(field.scrollHeight + 2, 120)}px`;
    };
    field.addEventListener("input", grow);
    field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      composer.requestSubmit();
    });
    composer.addEventListener("submit", async (event) => {
      event.preventDefault();
      const text = field.value;
      if (!text.trim()) return;
      field.value = "";
      grow();
      if (!(await this.send({ text }))) {
        field.value ||= text;
        grow();
      }
    });
    this.find('[data-act="pin"]').addEventListener("click", () => this.togglePin());
    this.find('[data-act="voice"]').addEventListener("click", () => this.send({ voice: true }));
    this.find('[data-act="contact"]').addEventListener("click", () => this.send({ contact: true }));
  }

  listenToMenu() {
    const menu = this.find(".menu");
    const opener = this.find(".phone__menu-open");
    const toggle = (open) => {
      menu.hidden = !open;
      opener.setAttribute("aria-expanded", String(open));
    };
    opener.addEventListener("click", () => toggle(menu.hidden));
    this.root.addEventListener("click", (event) => {
      if (!menu.contains(event.target) && !opener.contains(event.target)) toggle(false);
    });
    this.root.addEventListener("keydown", (event) => event.key === "Escape" && toggle(false));
    const name = menu.querySelector("input");
    name.value = this.name;
    name.addEventListener("change", () => {
      this.name = name.value.trim() || this.name;
      this.drawHead();
      this.on.changed();
    });
    const act = (selector, work) =>
      this.find(selector).addEventListener("click", () => {
        toggle(false);
        work().catch((error) => this.say(error.message));
      });
    act('.menu [data-act="block"]', async () => {
      this.setServerSide(await blockChannel(this.number, this.channel, !this.blocked.includes(this.channel)));
    });
    act('.menu [data-act="clear"]', async () => {
      await forgetPhone(this.number);
      await this.refresh();
    });
    act('.menu [data-act="close"]', async () => this.on.close(this));
  }
}

// What a message carried, to send it once more.
function content(message) {
  if (message.location) return { text: undefined, location: { latitude: message.location.latitude, longitude: message.location.longitude } };
  if (message.contact) return { text: undefined, contact: true };
  if (message.media.length) return { text: undefined, voice: true };
  return {};
}
