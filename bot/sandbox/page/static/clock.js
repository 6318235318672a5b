// The product's clock and the buttons that move it.

import { moveClock, readClock } from "./api.js";
import { fromWall, showFull, toWall } from "./time.js";

const ASK_EVERY = 5000;
const HOUR = 3_600_000;

export function startClock(toggleSheet) {
  const shown = document.getElementById("clock-now");
  const form = document.getElementById("clock-form");
  const buttons = document.querySelectorAll(".clock__steps button");
  let offset = null;

  const productNow = () => new Date(Date.now() + offset);
  const tick = () => {
    shown.textContent = offset === null ? "—" : showFull(productNow());
    for (const button of buttons) button.disabled = offset === null;
  };
  const take = (answer) => {
    offset = Date.parse(answer.now) - Date.now();
    tick();
  };
  const ask = () => readClock().then(take).catch(() => { offset = null; tick(); });
  const move = (date) => moveClock(date.toISOString()).then(take).catch(ask);

  for (const button of document.querySelectorAll("[data-hours]")) {
    button.addEventListener("click", () => move(new Date(productNow().getTime() + Number(button.dataset.hours) * HOUR)));
  }
  document.getElementById("clock-set").addEventListener("click", () => {
    form.elements.wanted.min = toWall(productNow());
    form.elements.wanted.value = toWall(new Date(productNow().getTime() + HOUR));
    toggleSheet(form);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    move(fromWall(form.elements.wanted.value));
    toggleSheet(form);
  });
  tick();
  ask();
  setInterval(tick, 1000);
  setInterval(() => document.hidden || ask(), ASK_EVERY);
}
