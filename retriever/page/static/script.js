// The page works without this script: links and forms are plain ones. With it, views change without
// loading anything anew (through Gradio's queue), citations are copied, and feedback is sent in place.
(() => {
  "use strict";

  const WAIT = 15000; // milliseconds after which a view is loaded as a plain page instead
  const REFRESH = 2000; // between looks whether an index has appeared
  const REACHED = 400; // until it is looked whether the server can be reached at all; most views are there by then
  let ask = null; // asks Gradio for a view
  let serial = 0; // of the newest request; answers to older ones are dropped
  let here = location.search; // of the view that is shown
  let waiting = null; // { url, push, quiet, y, timer, probe }
  let missed = null; // the address that couldn't be reached

  const page = () => document.getElementById("page");
  const one = (selector) => page().querySelector(selector);
  const say = (text) => {
    const line = document.getElementById("said");
    if (line) line.textContent = text;
  };

  // --- views -------------------------------------------------------------------------------------

  function connect(props, trigger, watch) {
    ask = (query) => trigger("navigate", { query, serial });
    watch("value", () => arrived(String(props.value)));
  }

  function go(url, { push = true, quiet = false, y = 0 } = {}) {
    if (!ask && quiet) return;
    stopWaiting();
    serial += 1;
    waiting = { url, push, quiet, y };
    if (quiet) {
      waiting.timer = setTimeout(() => { stopWaiting(); refresh(); }, WAIT);
    } else if (navigator.onLine === false) {
      return lost();
    } else if (!ask) {
      return location.assign(url);
    } else {
      waiting.timer = setTimeout(() => ifReached(() => location.assign(url)), WAIT);
      waiting.probe = setTimeout(ifReached, REACHED);
      page().setAttribute("aria-busy", "true");
      say("正在查找");
    }
    ask(url.search);
  }

  function stopWaiting() {
    if (!waiting) return;
    clearTimeout(waiting.timer);
    clearTimeout(waiting.probe);
    waiting = null;
  }

  // --- a lost connection -----------------------------------------------------------------------------

  function reached() {
    const stop = new AbortController();
    setTimeout(() => stop.abort(), WAIT);
    return fetch(`gongbao/icon.svg?${Date.now()}`, { cache: "no-store", signal: stop.signal });
  }

  // Gradio says nothing of a request that fails: a view that takes its time makes us look for ourselves.
  async function ifReached(then = () => {}) {
    const asked = serial;
    try {
      await reached();
      if (waiting && serial === asked) then();
    } catch {
      if (waiting && serial === asked) lost();
    }
  }

  // The last answer is none to what was asked now: it goes at once.
  function lost() {
    const { url, push } = waiting;
    stopWaiting();
    serial += 1; // what may still come is not taken
    missed = url;
    if (push) pushed(url);
    page().removeAttribute("aria-busy");
    one("#main > .wide").replaceChildren(document.getElementById("lost").content.cloneNode(true));
    const words = url.searchParams.get("q");
    one(".lost-words").textContent = words || "";
    one(".lost-question").hidden = !words;
    one("#answer-head").focus({ preventScroll: true });
    scrollTo(0, 0);
  }

  // A new page, for Gradio's own connection may be gone as well.
  async function retry() {
    one(".lost-again").hidden = true;
    say("正在连接");
    try {
      await reached();
      if (location.href === missed.href) location.reload(); // a place of the same page would not be loaded anew
      else location.assign(missed);
    } catch {
      if (one(".lost-again")) one(".lost-again").hidden = false;
    }
  }

  function arrived(value) {
    const cut = value.indexOf("\n");
    if (!waiting || Number(value.slice(0, cut)) !== serial) return;
    const { url, push, quiet, y } = waiting;
    stopWaiting();
    if (push) pushed(url);
    show(value.slice(cut + 1), quiet, y);
  }

  function pushed(url) {
    history.replaceState({ y: scrollY }, "");
    history.pushState({ y: 0 }, "", url);
  }

  function show(html, quiet, y) {
    const typed = quiet ? one("#q") : null;
    const kept = typed && { text: typed.value, focused: document.activeElement === typed };
    const ticked = new Set([...page().querySelectorAll("input[name=id]:checked")].map((box) => box.value));
    page().removeAttribute("aria-busy");
    page().innerHTML = html;
    // What was chosen for export stays so where more of a list is shown.
    for (const box of page().querySelectorAll("input[name=id]")) box.checked = ticked.has(box.value);
    here = location.search;
    document.title = page().firstElementChild.dataset.title;
    settle();
    if (kept && one("#q")) {
      one("#q").value = kept.text;
      if (kept.focused) one("#q").focus();
      return;
    }
    if (quiet) return;
    const target = !y && (anchored() || one(".target"));
    if (target) return openAt(target);
    const head = one("#answer-head[tabindex]") || one("[id$=-head][tabindex]");
    if (head) head.focus({ preventScroll: true });
    scrollTo(0, y);
  }

  // The element that the address names behind its #.
  function anchored() {
    const name = decodeURIComponent(location.hash.slice(1));
    const found = name && document.getElementById(name);
    return found && page().contains(found) ? found : null;
  }

  function openAt(target) {
    target.scrollIntoView({ block: target.classList.contains("target") ? "center" : "start" });
    target.focus({ preventScroll: true });
  }

  // What a view needs once it stands in the page.
  function settle() {
    count();
    document.dispatchEvent(new Event("gongbao:shown"));
    if (one("[data-refresh]")) setTimeout(refresh, REFRESH);
  }

  function refresh() {
    if (!one("[data-refresh]")) return;
    if (ask && !waiting) go(new URL(location.href), { push: false, quiet: true });
    else setTimeout(refresh, REFRESH);
  }

  function follow(event) {
    const link = event.target.closest("a[href]");
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const url = new URL(link.href);
    if (link.classList.contains("skip")) {
      event.preventDefault();
      one("#main").focus();
    } else if (url.origin === location.origin && url.pathname === location.pathname) {
      if (url.hash && url.search === location.search) return; // another place of the same view
      event.preventDefault();
      go(url);
    }
  }

  // --- forms -------------------------------------------------------------------------------------

  function submitted(event) {
    const form = event.target;
    if (form.method === "get") {
      event.preventDefault();
      const wanted = new URLSearchParams();
      for (const [name, value] of new FormData(form)) {
        if (String(value).trim() && !(name === "mode" && value === "hybrid")) wanted.append(name, value);
      }
      go(new URL(`?${wanted}${new URL(form.action).hash}`, location.href));
    } else if (form.classList.contains("feedback")) {
      event.preventDefault();
      sendFeedback(form, event.submitter);
    }
  }

  async function sendFeedback(form, button) {
    const fields = new URLSearchParams(new FormData(form, button));
    let text = "谢谢，已经记下。";
    try {
      const answer = await fetch(form.action, { method: "POST", body: fields, headers: { accept: "application/json" } });
      if (!answer.ok) text = await answer.text();
    } catch {
      text = "没能发出去，请再试一次。";
      form.querySelector(".unsent").textContent = text; // what was chosen stays
      return say(text);
    }
    form.replaceChildren(Object.assign(document.createElement("p"), { textContent: text }));
    say(text);
  }

  function count() {
    const label = one("[data-count]");
    if (!label) return;
    const ticked = page().querySelectorAll("input[name=id]:checked").length;
    label.textContent = ticked ? label.dataset.count.replace("{n}", ticked) : label.dataset.none;
    label.closest("form").classList.toggle("active", ticked > 0);
  }

  // --- copying -----------------------------------------------------------------------------------

  async function copy(button) {
    const done = (await copied(button.dataset.copy)) ? "已复制" : "请长按文字复制";
    const before = button.dataset.label || button.textContent;
    button.dataset.label = before;
    button.textContent = done;
    say(done);
    setTimeout(() => (button.textContent = before), 2000);
  }

  // The clipboard interface is missing on plain http pages other than localhost, as in many offices.
  async function copied(text) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      const area = Object.assign(document.createElement("textarea"), { value: text, readOnly: true });
      area.style.cssText = "position:fixed;opacity:0";
      const focused = document.activeElement;
      document.body.append(area);
      area.select();
      const worked = document.execCommand("copy");
      area.remove();
      if (focused) focused.focus({ preventScroll: true });
      return worked;
    }
  }

  // --- pages of originals ---------------------------------------------------------------------------

  // Nothing is asked for before the place is opened, and once it is there it stays.
  async function fetchSheets(place) {
    if (place.dataset.state) return;
    place.dataset.state = "asked";
    const links = place.innerHTML;
    place.textContent = "正在打开原页……";
    try {
      const answer = await fetch(place.dataset.src);
      const text = await answer.text();
      if (answer.ok) place.innerHTML = text;
      else place.textContent = text;
      for (const pan of place.querySelectorAll(".pan")) showMark(pan);
      say(answer.ok ? [...place.querySelectorAll("figcaption, p")].map((one) => one.textContent).join(" ") : text);
    } catch {
      place.innerHTML = links;
      delete place.dataset.state;
      say("没能打开原页，请再试一次。");
    }
  }

  // A page is larger than its frame: move the clause into it.
  function showMark(pan) {
    const { clientWidth, clientHeight, dataset } = pan.firstElementChild;
    if (!dataset.top) return;
    pan.scrollTo(clientWidth * dataset.left - pan.clientWidth / 12, clientHeight * dataset.top - pan.clientHeight / 4);
  }

  // --- start -------------------------------------------------------------------------------------

  window.gongbao = { connect, ready: () => ask !== null };
  // Gradio ends its connection before the page is left, but a download announces itself the same way and
  // leaves nothing: the answer under way would be lost. The browser ends connections by itself.
  addEventListener("beforeunload", (event) => event.stopImmediatePropagation());
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-copy]");
    if (button) copy(button);
    else if (event.target.closest("[data-retry]")) retry();
    else if (page().contains(event.target)) follow(event);
  });
  document.addEventListener("submit", submitted);
  document.addEventListener("change", (event) => event.target.name === "id" && count());
  // `toggle` does not bubble.
  document.addEventListener("toggle", ({ target }) => {
    if (target.matches("details.original[open]")) fetchSheets(target.lastElementChild);
  }, true);
  addEventListener("offline", () => waiting && !waiting.quiet && lost());
  addEventListener("online", () => one(".lost") && retry());
  addEventListener("popstate", (event) => {
    if (location.search === here && !one(".lost")) return; // another place of the same view
    go(new URL(location.href), { push: false, y: (event.state && event.state.y) || 0 });
  });
  addEventListener("DOMContentLoaded", () => {
    settle();
    const target = anchored() || one(".target");
    if (target) openAt(target);
  });
})();
