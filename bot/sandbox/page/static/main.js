// The page: which phones there are, and asking for news every second.

import { listPhones, readPlaces } from "./api.js";
import { element } from "./bubbles.js";
import { startClock } from "./clock.js";
import { startFaults } from "./faults.js";
import { Phone } from "./phone.js";

const STORED = "sandbox-phones";
const FIRST = { phone: "+212612345678", name: "Amina" };
const NAMES = ["Youssef", "Khadija", "Hamza", "Fatima", "Omar", "Salma", "Rachid", "Imane"];
const EVERY = 1000;

const row = document.getElementById("phones");
const switcher = document.getElementById("switch");
const offline = document.getElementById("offline");
const phones = [];
let places = { inside: [], outside: [] };

const stored = () => {
  try {
    const found = JSON.parse(localStorage.getItem(STORED));
    return Array.isArray(found) && found.length ? found : null;
  } catch {
    return null;
  }
};

const on = {
  changed: () => {
    if (phones.length) localStorage.setItem(STORED, JSON.stringify(phones.map((phone) => phone.saved())));
    drawSwitch();
  },
  close: (phone) => {
    phones.splice(phones.indexOf(phone), 1);
    phone.root.remove();
    if (!phones.length) addPhone(FIRST);
    on.changed();
  },
  unreachable: () => { offline.hidden = false; },
};

function addPhone(saved) {
  const phone = new Phone(saved, places, on);
  phones.push(phone);
  row.append(phone.root);
  watch.observe(phone.root);
  on.changed();
  return phone;
}

// On a small screen one phone is seen at a time; this row leads to the others.
function drawSwitch() {
  switcher.hidden = phones.length < 2;
  switcher.replaceChildren(...phones.map((phone) => {
    const made = element("button");
    made.type = "button";
    made.append(element("bdi", "", phone.name));
    made.setAttribute("aria-current", String(phone.root === visible));
    made.addEventListener("click", () => phone.root.scrollIntoView({ behavior: "smooth", inline: "center", block: "nearest" }));
    return made;
  }));
}

let visible = null;
const watch = new IntersectionObserver((entries) => {
  const seen = entries.find((entry) => entry.isIntersecting);
  if (seen) visible = seen.target;
  drawSwitch();
}, { root: row, threshold: 0.6 });

function toggleSheet(sheet) {
  for (const other of document.querySelectorAll(".sheet")) {
    other.hidden = other !== sheet || !other.hidden;
    document.querySelector(`[aria-controls="${other.id}"]`).setAttribute("aria-expanded", String(!other.hidden));
  }
  if (sheet && !sheet.hidden) sheet.querySelector("input, select").focus();
}

function e164(text) {
  const digits = text.replace(/[\s().-]/g, "");
  const full = digits.replace(/^00/, "+").replace(/^0(?=[5-7]\d{8}$)/, "+212").replace(/^(?=212[5-7]\d{8}$)/, "+");
  return /^\+[1-9]\d{6,14}$/.test(full) ? full : null;
}

function nextNumber() {
  const taken = new Set(phones.map((phone) => phone.number));
  let last = 661000001;
  while (taken.has(`+212${last}`)) last += 1;
  return `+212${last}`;
}

function listenToAdd() {
  const form = document.getElementById("add");
  const error = form.querySelector(".sheet__error");
  document.getElementById("add-open").addEventListener("click", () => {
    form.elements.phone.value = nextNumber();
    form.elements.name.value = NAMES[(phones.length - 1) % NAMES.length];
    error.textContent = "";
    toggleSheet(form);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const number = e164(form.elements.phone.value);
    if (number === null || phones.some((phone) => phone.number === number)) {
      error.textContent = number === null ? "Numéro invalide · رقم غير صحيح" : "Ce téléphone est déjà là · هذا الهاتف موجود";
      return;
    }
    toggleSheet(form);
    const phone = addPhone({ phone: number, name: form.elements.name.value.trim() || number.slice(-4) });
    phone.root.scrollIntoView({ behavior: "smooth", inline: "center", block: "nearest" });
  });
}

async function refreshAll() {
  if (document.hidden) return;
  try {
    const known = new Map((await listPhones()).map((phone) => [phone.phone, phone]));
    for (const phone of phones) phone.setServerSide(known.get(phone.number));
    await Promise.all(phones.map((phone) => phone.refresh()));
    offline.hidden = true;
  } catch {
    offline.hidden = false;
  }
}

async function keepFresh() {
  await refreshAll();
  setTimeout(keepFresh, EVERY);
}

async function start() {
  places = await readPlaces().catch(() => places);
  for (const saved of stored() ?? [FIRST]) addPhone(saved);
  listenToAdd();
  startClock(toggleSheet);
  startFaults(toggleSheet);
  document.addEventListener("keydown", (event) => event.key === "Escape" && toggleSheet(null));
  row.addEventListener("click", () => toggleSheet(null));
  document.documentElement.dataset.ready = "true";
  keepFresh();
}

start();
