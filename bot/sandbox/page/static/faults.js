// What the providers do wrong: a form over PUT /sandbox/faults.

import { changeFaults, readFaults } from "./api.js";

export function startFaults(toggleSheet) {
  const form = document.getElementById("faults");
  const opener = document.getElementById("faults-open");
  const error = form.querySelector(".sheet__error");

  const show = (state) => {
    for (const field of form.elements) {
      if (field === document.activeElement) continue; // somebody is at it
      if (field.type === "checkbox") field.checked = state[field.name];
      else field.value = state[field.name];
    }
    const active = Object.entries(state).some(([name, value]) => name !== "seed" && value && value !== "normal");
    opener.classList.toggle("tool--alarm", active);
  };
  const value = (field) => {
    if (field.type === "checkbox") return field.checked;
    return field.type === "number" ? Number(field.value) : field.value;
  };
  // One call after the other, and only the newest answer is shown: an older one would take back what was just ticked.
  let calls = Promise.resolve();
  let newest = 0;
  const run = (call) => {
    const mine = ++newest;
    calls = calls.then(call).then(
      (state) => { if (mine === newest) { error.textContent = ""; show(state); } },
      (failure) => { error.textContent = failure.message; },
    );
  };

  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("change", (event) => {
    const changes = { [event.target.name]: value(event.target) };
    run(() => changeFaults(changes));
  });
  opener.addEventListener("click", () => {
    run(readFaults);
    toggleSheet(form);
  });
  run(readFaults);
}
