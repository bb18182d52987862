// The question box: it grows with what is typed, Enter asks, Shift+Enter begins a line. An empty question, or an empty
// text to check, is said so in our own words. Without this script the button asks, and the server says the same.
(() => {
  "use strict";

  const box = () => document.getElementById("q");

  // Where the style sheet can't do it (field-sizing).
  function grow(field) {
    if (!field || CSS.supports("field-sizing", "content")) return;
    field.style.height = "auto";
    field.style.height = `${field.scrollHeight + field.offsetHeight - field.clientHeight}px`;
  }

  // What is wrong with what was written, said below its field; nothing takes it away again.
  function tell(field, text) {
    const line = lineOf(field.form);
    if (line) line.textContent = text;
    if (text) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
  }

  const lineOf = (form) => form.querySelector(".trouble[data-empty]");

  // Enter also ends the choice of characters in an input method: then it asks nothing.
  function pressed(event) {
    if (event.target !== box() || event.key !== "Enter" || event.shiftKey) return;
    if (event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    event.target.form.querySelector("[type=submit]").click();
  }

  // In front of the script that asks: what is stopped here is not asked.
  function submitted(event) {
    const form = event.target;
    const line = lineOf(form);
    if (!line) return;
    const field = form.querySelector("textarea");
    const trouble = !field.value.trim() ? line.dataset.empty : /[\p{L}\p{N}]/u.test(field.value) ? "" : line.dataset.signs || "";
    tell(field, trouble);
    if (!trouble) return;
    event.preventDefault();
    event.stopPropagation();
    const fold = form.querySelector("details.asked");
    if (fold) fold.open = true;
    field.focus();
  }

  document.documentElement.classList.add("scripted");
  document.addEventListener("keydown", pressed);
  document.addEventListener("submit", submitted, true);
  document.addEventListener("input", ({ target }) => {
    if (target === box()) grow(target);
    if (target.matches("textarea") && target.form && target.value.trim()) tell(target, "");
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
