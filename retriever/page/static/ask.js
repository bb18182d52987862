// The question box: it grows with what is typed, Enter asks, Shift+Enter begins a line, and an empty question is said
// so in our own words. Without this script the button asks, and the server says the same.
(() => {
  "use strict";

  const box = () => document.getElementById("q");

  // Where the style sheet can't do it (field-sizing).
  function grow(field) {
    if (!field || CSS.supports("field-sizing", "content")) return;
    field.style.height = "auto";
    field.style.height = `${field.scrollHeight + field.offsetHeight - field.clientHeight}px`;
  }

  function tell(text) {
    const line = document.getElementById("q-trouble");
    if (line) line.textContent = text;
    if (text) box().setAttribute("aria-invalid", "true");
    else box().removeAttribute("aria-invalid");
  }

  // Enter also ends the choice of characters in an input method: then it asks nothing.
  function pressed(event) {
    if (event.target !== box() || event.key !== "Enter" || event.shiftKey) return;
    if (event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    event.target.form.requestSubmit();
  }

  // In front of the script that asks: what is stopped here is not asked.
  function submitted(event) {
    if (event.target.id !== "ask") return;
    const text = box().value;
    const line = document.getElementById("q-trouble");
    const trouble = !text.trim() ? line.dataset.empty : /[\p{L}\p{N}]/u.test(text) ? "" : line.dataset.signs;
    tell(trouble);
    if (!trouble) return;
    event.preventDefault();
    event.stopPropagation();
    const fold = event.target.querySelector("details.asked");
    if (fold) fold.open = true;
    box().focus();
  }

  document.documentElement.classList.add("scripted");
  document.addEventListener("keydown", pressed);
  document.addEventListener("submit", submitted, true);
  document.addEventListener("input", ({ target }) => {
    if (target !== box()) return;
    grow(target);
    if (target.value.trim()) tell("");
  });
  // Opened to change the question: the cursor stands behind it. (`toggle` does not bubble.)
  document.addEventListener("toggle", ({ target }) => {
    if (!target.matches("details.asked[open]")) return;
    grow(box());
    box().focus();
    box().setSelectionRange(box().value.length, box().value.length);
  }, true);
  addEventListener("DOMContentLoaded", () => grow(box()));
})();
