// What the providers do wrong: a form over PUT /sandbox/faults.

import { changeFaults, readFaults } from "./api.js";

export function startFaults(toggleSheet) {
  const form = document.getElementById("faults");
  const opener = document.getElementById("faults-open");
  const error = form.querySelector(".sheet__error");

  const show = (state) => {
    for (const field of form.elements) {
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
  const run = (work) => work.then((state) => { error.textContent = ""; show(state); }).catch((failure) => { error.textContent = failure.message; });

  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("change", (event) => run(changeFaults({ [event.target.name]: value(event.target) })));
  opener.addEventListener("click", () => {
    run(readFaults());
    toggleSheet(form);
  });
  run(readFaults());
}
