/*! rules */
/** Part `rules`: clicks, downloads, forms and what is seen, where the plan says so. It hears of them, and holds up none. */
import type { SnippetRule } from "./config.ts";
import { quietly } from "./browser.ts";
import { VIEW } from "./hooks.ts";
import { add, meeting, on, rulesHere, wayOf } from "./part-visit.ts";

type Done = Record<string, true>;

/** What this click told already: browsers make a second one for a label, and shops theirs. */
let clicked: Done = {};
/** Rules whose element was seen on this view. */
let seen: Done = {};

/** Tells of those of the rules that are of a kind, and that one of the elements meets. */
function say(rules: SnippetRule[], kinds: string, way: readonly EventTarget[], done: Done, file = ""): void {
  for (const [rule, kind, selector, extensions] of rules) {
    // A click is one download.
    const key = extensions ? kind : rule;
    if (
      kinds.includes(kind) &&
      !done[key] &&
      meeting(way, selector) &&
      // Letters and digits: a plan has no others.
      (!extensions || RegExp(`\\.(${extensions.join("|")})$`, "i").test(file))
    ) {
      done[key] = true;
      add(kind, { rule, file: extensions ? file : undefined });
    }
  }
}

on("click auxclick" as "click", (event) => {
  // The other button opens a menu.
  if (event.button > 1) return;
  const way = wayOf(event);
  // A submit doesn't leave the shadow root that it happens in; it is a click's, also by the enter key.
  for (const node of way) if ((node as Node).nodeType === 11) node.addEventListener("submit", submitted, true);
  const link = meeting(way, "a[href],area[href]") as HTMLAnchorElement | undefined;
  say(rulesHere(), "click download", way, clicked, link && link.pathname.split("/").pop());
  setTimeout(() => (clicked = {}));
});

/** A browser lets a form be submitted once what is in it is valid, unless the shop checks it itself. */
function submitted(event: Event): void {
  const way = wayOf(event);
  const rules = rulesHere();
  const form = way[0] as HTMLFormElement;
  if (!form || meeting([form], ":invalid")) return;
  // A shop that sends it by script prevents it as one that refuses it does: only who checks it itself is taken to refuse.
  setTimeout(() => (event.defaultPrevented && form.noValidate) || say(rules, "form", way, {}));
}
on("submit", submitted);

const observer = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) if (isIntersecting) say(rulesHere(), "visible", [target], seen);
});

// Looks for elements that weren't there before. Not as a view begins: what shows then may be the page before.
setInterval(() => {
  for (const [rule, kind, selector] of rulesHere()) {
    if (kind === "visible" && !seen[rule]) {
      quietly(() => {
        for (const element of document.querySelectorAll(selector!)) {
          if (!element.closest("[data-wm-ignore]")) observer.observe(element);
        }
      });
    }
  }
}, 1_000);

H.push((what) => {
  if (what === VIEW) {
    seen = {};
    observer.disconnect();
  }
});
