/*! preview */
/**
 * Part `preview`: shows on the shop's own page what a plan would send, and sends nothing: no order either. Only browsers
 * that were led to a preview load it; it may weigh what it likes.
 */
import { quietly } from "./browser.ts";

/** An event as it would be sent, as far as it is named in the list. */
interface Shown {
  type: string;
  consent: string;
  url: string;
  data?: { rule?: string; step?: string; event?: string; goal?: string };
}

const STYLE = `
:host { all: initial; }
section { background: #10151b; border-radius: 8px; bottom: 12px; box-shadow: 0 2px 16px #0008; box-sizing: border-box;
  color: #fff; font: 14px/1.45 system-ui, sans-serif; max-height: 45vh; overflow: auto; padding: 10px 14px; position: fixed;
  right: 12px; width: min(30rem, calc(100vw - 24px)); z-index: 2147483647; }
header { align-items: center; display: flex; gap: 12px; justify-content: space-between; }
button { background: #fff; border: 0; border-radius: 6px; color: #10151b; cursor: pointer; font: inherit; min-height: 32px;
  padding: 2px 12px; white-space: nowrap; }
button:focus-visible { outline: 3px solid #9cc4ff; outline-offset: 2px; }
p, ol { margin: 6px 0; }
ol { padding-left: 24px; }
pre { color: #c4ccd4; font: 12px/1.4 ui-monospace, monospace; margin: 0 0 6px; overflow-wrap: anywhere; white-space: pre-wrap; }
@media (prefers-color-scheme: dark) { section { border: 1px solid #4d5661; } }
`;

const host = document.createElement("div");
// Its own button is no part of the page.
host.setAttribute("data-wm-ignore", "");
const root = host.attachShadow({ mode: "closed" });
// Made by script: a policy that forbids inline styles allows it.
const sheet = new CSSStyleSheet();
sheet.replaceSync(STYLE);
root.adoptedStyleSheets = [sheet];

/** An element with a text, never with markup. */
function element(name: string, text: string, ...inside: Element[]): HTMLElement {
  const made = document.createElement(name);
  made.textContent = text;
  made.append(...inside);
  return made;
}

const list = element("ol", "");
list.setAttribute("aria-live", "polite");
const close = element("button", "End preview");
const panel = element(
  "section",
  "",
  element("header", "", element("strong", `Preview of tagging plan ${CONFIG.plan ? CONFIG.plan.n : ""}`), close),
  element("p", "Nothing is sent from this page, no order either. Newest first:"),
  list,
);
panel.setAttribute("aria-label", "Preview of the tagging plan");
root.append(panel);

function nameOf({ type, data = {} }: Shown): string {
  const rule = ((CONFIG.plan && CONFIG.plan.rules) || []).find(([id]) => id === data.rule);
  return [type, rule && rule[5], data.rule || data.step || data.event || data.goal].filter(Boolean).join(" · ");
}

H.show = (body) => {
  const told = JSON.parse(body) as Shown | Shown[];
  for (const event of Array.isArray(told) ? told : [told]) {
    const { pathname } = new URL(event.url);
    const item = element("li", nameOf(event));
    item.append(element("pre", `${pathname}, consent ${event.consent}\n${JSON.stringify(event.data)}`));
    item.title = JSON.stringify(event, null, 1);
    list.prepend(item);
  }
};

close.addEventListener("click", () => {
  host.remove();
  quietly(() => sessionStorage.removeItem("wm_preview"));
  quietly(() => {
    const url = new URL(location.href);
    url.searchParams.delete("wm_preview");
    history.replaceState(history.state, "", url);
  });
});

quietly(() => {
  const [token] = /wm_preview=[\w.-]+/.exec(location.search)!;
  // For the tab's next pages.
  sessionStorage.setItem("wm_preview", token);
});
document.documentElement.append(host);
