// Suggestions while a question is typed: a list below the box, for the keyboard and for screen readers (the combobox of
// the ARIA Authoring Practices: the cursor stays in the box, the arrow keys choose in the list).
(() => {
  "use strict";

  const DELAY = 150; // milliseconds without a key before anything is asked for
  const LEAST = 2; // letters
  let field = null; // the box that has a list now
  let list = null;
  let active = -1; // the option that is chosen, -1 for none
  let timer = 0;
  let serial = 0; // of the newest request; answers to older ones are dropped

  const options = () => [...list.children];
  const isOpen = () => list !== null && !list.hidden;

  // Every view brings a box of its own.
  function prepare() {
    const box = document.getElementById("q");
    if (!box || box === field) return;
    field = box;
    list = Object.assign(document.createElement("ul"), { id: "q-list", hidden: true });
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", "建议的问题");
    field.parentElement.append(list);
    field.setAttribute("autocomplete", "off");
    field.setAttribute("aria-autocomplete", "list");
    field.setAttribute("aria-haspopup", "listbox");
    field.setAttribute("aria-controls", list.id);
    // A box of several lines stays a text box: no other role is allowed on it.
    if (field.tagName === "INPUT") field.setAttribute("role", "combobox");
    expanded(false);
  }

  function expanded(open) {
    if (field.getAttribute("role") === "combobox") field.setAttribute("aria-expanded", String(open));
  }

  function close() {
    clearTimeout(timer);
    serial += 1;
    if (!isOpen()) return;
    list.hidden = true;
    list.replaceChildren();
    choose(-1);
    expanded(false);
  }

  async function look() {
    const mine = (serial += 1);
    const typed = field.value.trim();
    if (typed.length < LEAST) return close();
    let found = [];
    try {
      const answer = await fetch("suggest", { method: "POST", body: new URLSearchParams({ q: typed }) });
      if (answer.ok) found = await answer.json();
    } catch {
      // Without suggestions a question can be asked as well.
    }
    if (mine !== serial || document.activeElement !== field) return;
    if (!found.length) return close();
    list.replaceChildren(...found.map(option));
    list.hidden = false;
    choose(-1);
    expanded(true);
    say(`有 ${found.length} 条建议，按向下键选择`);
  }

  function option({ text, about }, at) {
    const item = Object.assign(document.createElement("li"), { id: `q-option-${at}` });
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", "false");
    item.dataset.text = text;
    const note = Object.assign(document.createElement("span"), { className: "bit", textContent: about });
    item.append(Object.assign(document.createElement("span"), { textContent: text }), " ", note);
    return item;
  }

  function say(text) {
    const line = document.getElementById("said");
    if (line) line.textContent = text;
  }

  function choose(at) {
    active = at;
    for (const [number, item] of options().entries()) item.setAttribute("aria-selected", String(number === at));
    if (at < 0) {
      field.removeAttribute("aria-activedescendant");
      return;
    }
    const item = list.children[at];
    field.setAttribute("aria-activedescendant", item.id);
    item.scrollIntoView({ block: "nearest" });
  }

  function take(item) {
    const text = item.dataset.text;
    close();
    field.value = text;
    field.form.requestSubmit();
  }

  // In front of the scripts that would take the Enter key for a question.
  function pressed(event) {
    if (event.target !== field || event.isComposing || event.keyCode === 229) return;
    const count = isOpen() ? list.children.length : 0;
    if (event.key === "ArrowDown" && event.altKey) look();
    else if (count && event.key === "ArrowDown") choose(active + 1 < count ? active + 1 : -1);
    else if (count && event.key === "ArrowUp") choose(active < 0 ? count - 1 : active - 1);
    else if (count && event.key === "Escape") close();
    else if (count && event.key === "Enter" && active >= 0) take(list.children[active]);
    else {
      if (event.key === "Enter" || event.key === "Tab") close();
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  function typed(event) {
    if (event.target !== field || event.isComposing) return;
    clearTimeout(timer);
    timer = setTimeout(look, DELAY);
  }

  document.addEventListener("keydown", pressed, true);
  document.addEventListener("input", typed);
  document.addEventListener("compositionend", (event) => event.target === field && typed({ target: field }));
  document.addEventListener("focusout", (event) => event.target === field && close());
  document.addEventListener("submit", () => field && close(), true);
  // The box keeps the cursor while an option is pressed.
  document.addEventListener("mousedown", (event) => isOpen() && list.contains(event.target) && event.preventDefault());
  document.addEventListener("click", (event) => {
    const item = isOpen() && event.target.closest("#q-list > li");
    if (item) take(item);
  });
  document.addEventListener("gongbao:shown", prepare);
})();
