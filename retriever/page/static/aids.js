// Larger type, reading aloud, handing on, printing, and one's own recent questions. All of it stays in the browser.
(() => {
  "use strict";

  const BIG = "gongbao.big";
  const RECENT = "gongbao.recent";
  const KEPT = 10; // questions
  const SPOKEN = 120; // letters at a time: browsers break off longer ones
  const one = (selector) => document.querySelector(`#page ${selector}`);

  // --- the browser's own store, which may be switched off -------------------------------------------

  function stored(key) {
    try {
      return JSON.parse(localStorage.getItem(key));
    } catch {
      return null;
    }
  }

  function store(key, value) {
    try {
      if (value === null) localStorage.removeItem(key);
      else localStorage.setItem(key, JSON.stringify(value));
    } catch {
      // Then nothing is remembered.
    }
  }

  // --- large type ----------------------------------------------------------------------------------

  const isBig = () => document.documentElement.classList.contains("big");

  function setBig(on) {
    document.documentElement.classList.toggle("big", on);
    const link = one("[data-big]");
    if (link) link.textContent = on ? "标准字号" : "大字";
  }

  function switchBig() {
    const on = !isBig();
    store(BIG, on ? true : null);
    const here = new URL(location.href);
    // All links of this page carry the large type that its address asked for.
    if (!on && here.searchParams.has("big")) {
      here.searchParams.delete("big");
      location.replace(here);
      return;
    }
    setBig(on);
  }

  // --- reading aloud -------------------------------------------------------------------------------

  const speech = window.speechSynthesis;

  // Only voices of this machine: others would send the text to their maker.
  function voice() {
    const own = (speech ? speech.getVoices() : []).filter((each) => each.localService);
    const chinese = own.filter((each) => /^(zh|cmn)/i.test(each.lang));
    return chinese.find((each) => /cn|hans/i.test(each.lang)) || chinese[0];
  }

  function pieces(text) {
    const sentences = text.match(/[^。！？；\n]+[。！？；\n]*/g) || [];
    return sentences.flatMap((each) => each.match(new RegExp(`[^]{1,${SPOKEN}}`, "g"))).filter((each) => each.trim());
  }

  function read(button) {
    const going = button.dataset.going === "1";
    stopReading();
    if (going) return;
    const parts = [...document.querySelectorAll(button.dataset.read)].flatMap((each) => pieces(each.innerText));
    button.dataset.going = "1";
    button.dataset.label = button.textContent;
    button.textContent = button.dataset.stop;
    for (const [at, text] of parts.entries()) {
      const said = Object.assign(new SpeechSynthesisUtterance(text), { voice: voice(), lang: "zh-CN", rate: 0.9 });
      if (at === parts.length - 1) said.onend = stopReading;
      speech.speak(said);
    }
  }

  function stopReading() {
    if (speech) speech.cancel();
    const button = one("[data-going='1']");
    if (!button) return;
    delete button.dataset.going;
    button.textContent = button.dataset.label;
  }

  // --- buttons ---------------------------------------------------------------------------------------

  async function share() {
    try {
      await navigator.share({ title: document.title, url: location.href });
    } catch {
      // Closed again without choosing anybody.
    }
  }

  function offer() {
    const [aloud, hand, print] = ["[data-read]", "[data-share]", "[data-print]"].map(one);
    if (aloud) aloud.hidden = !voice();
    if (print) print.hidden = false;
    if (!hand) return;
    hand.hidden = false;
    if (navigator.share) return;
    hand.textContent = "复制链接";
    hand.dataset.copy = location.href;
  }

  // --- recent questions ------------------------------------------------------------------------------

  function recent() {
    const kept = stored(RECENT);
    return Array.isArray(kept) ? kept.filter((each) => typeof each === "string") : [];
  }

  // Only what was asked and answered or refused; not what couldn't be reached.
  function remember() {
    const here = new URLSearchParams(location.search);
    const asked = (here.get("q") || "").trim();
    if (!asked || here.has("view") || here.has("notice") || !one("#answer-head") || one(".lost")) return;
    store(RECENT, [asked, ...recent().filter((each) => each !== asked)].slice(0, KEPT));
  }

  function listRecent() {
    const box = one("#recent");
    if (!box) return;
    const kept = recent();
    box.hidden = !kept.length;
    box.querySelector("ul").replaceChildren(
      ...kept.map((text) => {
        const item = document.createElement("li");
        const link = Object.assign(document.createElement("a"), { textContent: text });
        link.href = `?${new URLSearchParams({ q: text })}`;
        const gone = Object.assign(document.createElement("button"), { type: "button", className: "copy", textContent: "删除" });
        gone.dataset.forget = text;
        gone.setAttribute("aria-label", `删除“${text}”`);
        item.append(link, gone);
        return item;
      }),
    );
  }

  function forget(text) {
    const kept = text ? recent().filter((each) => each !== text) : [];
    store(RECENT, kept.length ? kept : null);
    listRecent();
    const next = one("#recent:not([hidden]) button") || one("#q");
    if (next) next.focus();
    document.getElementById("said").textContent = text ? "已删除" : "已清除";
  }

  // --- start -----------------------------------------------------------------------------------------

  function shown() {
    if (speech) stopReading();
    setBig(isBig());
    offer();
    remember();
    listRecent();
  }

  if (stored(BIG)) document.documentElement.classList.add("big");
  if (speech && speech.addEventListener) speech.addEventListener("voiceschanged", offer);
  addEventListener("pagehide", stopReading);
  document.addEventListener("gongbao:shown", shown);
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-big]");
    if (link) {
      event.preventDefault();
      event.stopPropagation();
      switchBig();
      return;
    }
    const button = event.target.closest("button");
    if (!button) return;
    if (button.dataset.read) read(button);
    else if ("print" in button.dataset) print();
    else if ("share" in button.dataset && !button.dataset.copy) share();
    else if ("forget" in button.dataset) forget(button.dataset.forget);
  }, true);
})();
