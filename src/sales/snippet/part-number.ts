/*! number */
/** Part `number`: shows the numbers that calls are told apart by instead of the store's own, where those stand on a page. */
import { type Consent, quietly } from "./browser.ts";
import { CONSENT, VIEW } from "./hooks.ts";
import { addressed, knownAs } from "./keep.ts";
import { facts } from "./part-visit.ts";
import { post, serialize } from "./send.ts";

/** What `/t/numbers` answers. */
interface Answer {
  numbers: { target: string; number: string | null; case: string }[];
}

/** What may stand between two digits of a number: blanks, brackets, strokes, dots, no letters. */
const GAP = "[^\\w+]{0,3}";

function spaced(digits: string): string {
  return digits.split("").join(GAP);
}

/** Each number with its calling code, and what it looks like: what goes before the national digits, and those. */
const masks = CONFIG.numbers!.map(([target, length]) => {
  const code = target.slice(0, length + 1);
  const before = `(?:(?:\\+|00)${GAP})?${spaced(code.slice(1))}${GAP}0?${GAP}|0${GAP}`;
  return [
    target,
    code,
    RegExp(`(^|[^\\d+])((?:${before})?)(${spaced(target.slice(length + 1))})(?!\\d)`, "g"),
  ] as const;
});

/** Numbers that stand on the page, or that it asked for. */
const found: Record<string, number> = {};
/** What is shown instead. */
let shown: Record<string, string> = {};

/** What the page wrote into a text or an address, what stands there instead, and how often that was written. */
const owns = new WeakMap<Node, readonly [own: string, shown: string, times: number]>();

const listeners: [target: string, hears: (number: string | null) => void, last?: string | null][] = [];

let consent: Consent = "unknown";
/** As whom something was asked for. */
let visitor: string | undefined;
let asking: ReturnType<typeof setTimeout> | undefined;
/** Changes whenever something is to be asked: what was answered to less is of no use. */
let turn = 0;

const query = new URLSearchParams(location.search);
const host = quietly(() => new URL(document.referrer).host);
/** What this document was opened with. */
const origin = {
  referrer: host === location.host ? undefined : host,
  utmSource: query.get("utm_source"),
  utmMedium: query.get("utm_medium"),
  utmCampaign: query.get("utm_campaign"),
  adIds: [...query.keys()].filter((name) => /(id|d_source|clsrc|epik|igsh|tblci|dicbo|_pld|_kx|_hsenc)$/i.test(name)),
  click: addressed(),
};

/** Writes into a text, or an address, what is to be shown there, as its page writes numbers. */
function show(node: Node): void {
  const link = node.nodeType === 1 && (node as Element);
  const place = link ? link.getAttributeNode("href")! : node;
  const text = place.nodeValue!;
  const [own, put, times = 0] = owns.get(place) || [];
  const page = text === put ? own! : text;
  let next = page;
  for (const [target, code, mask] of masks) {
    next = next.replace(mask, (all, first: string, before: string, rest: string, at: number, whole: string) => {
      if (
        (link || node.parentElement!).closest("[data-wm-ignore],script,textarea,[contenteditable]") ||
        // Another country's number may end as this one does.
        /\+[\d\W]{0,8}$/.test(whole.slice(0, at) + first)
      ) {
        return all;
      }
      want(target);
      const number = shown[target];
      if (!number) return all;
      // Of another country, so that it is dialled right from anywhere.
      if (number.indexOf(code)) return first.replace("(", "") + number;
      const digits = number.slice(code.length);
      let filled = 0;
      const put = rest.replace(/\d/g, () => digits.charAt(filled++));
      // One that is longer goes on at the end, one that is shorter leaves nothing behind.
      return first + before + (put + digits.slice(filled)).replace(/\D+$/, "");
    });
  }
  // A page that writes its own again and again has the last word.
  if (next === text || times > 20) return;
  owns.set(place, [page, next, times + 1]);
  place.nodeValue = next;
}

/** Shows in a part of the page what is to be shown. */
function look(root: Node): void {
  // Elements and texts.
  const walker = document.createTreeWalker(root, 5);
  for (let node: Node | null = root; node; node = walker.nextNode()) {
    const one = node;
    // Most of a page is neither such a link nor long enough to hold a number.
    if (node.nodeType === 1 ? (node as HTMLAnchorElement).protocol === "tel:" : (node.nodeValue || "")[5]) {
      quietly(() => show(one));
    }
  }
}

function renew(): void {
  look(document);
  for (const listener of listeners) {
    const [target, hears, last] = listener;
    const number = shown[target] || null;
    if (number !== last) quietly(() => hears((listener[2] = number)));
  }
}

function want(target: string): void {
  if (!found[target]) soon((found[target] = 50));
}

/** Asks in so many ms: much may become known in a moment. */
function soon(ms: number): void {
  turn++;
  clearTimeout(asking);
  // Whatever goes wrong, it asks again.
  asking = setTimeout(() => ask().catch(() => {}), ms);
}

async function ask(): Promise<void> {
  const targets = Object.keys(found);
  const by = consent === "granted" ? knownAs() : visitor;
  // Nobody looks at a page that is loaded in advance.
  if (!targets[0] || document.hidden) return;
  soon(60_000);
  const mine = turn;
  // A refusal names once more whose number is free again by it.
  visitor = consent === "granted" ? by : undefined;
  const response = await fetch(`${CONFIG.base}numbers?s=${CONFIG.store}`, {
    method: "POST",
    credentials: "include",
    body: serialize({
      consent,
      visitor: by,
      visit: CONFIG.plan && facts,
      origin,
      url: location.origin + location.pathname,
      targets,
      shown,
    }),
  });
  const { numbers } = (await response.json()) as Answer;
  if (mine !== turn) return;
  shown = {};
  for (const { target, number } of numbers) if (number) shown[target] = number;
  // Only one that is kept or leased ends with the page.
  if (!numbers.some((given) => /pt|ed/.test(given.case))) clearTimeout(asking);
  renew();
}

H.push((what, first, second) => {
  if (what === VIEW) soon(50);
  if (what === CONSENT && consent !== first) {
    consent = first as Consent;
    if (consent !== "granted") {
      shown = {};
      renew();
    }
    soon(50);
  }
  if (what === "number") {
    const target = `+${String(first).replace(/\D/g, "")}`;
    listeners.push([target, second as (number: string | null) => void]);
    if (masks.some(([known]) => known === target)) want(target);
    renew();
  }
});

addEventListener("visibilitychange", () => {
  if (!document.hidden) soon(50);
  else if (visitor) {
    const told = Object.entries(shown).map(([target, number]) => ({
      type: "number",
      consent,
      visitor,
      data: { target, number },
    }));
    if (told[0]) quietly(() => post(serialize(told), () => {}));
  }
});

look(document);
new MutationObserver((changes) => {
  for (const { target, addedNodes } of changes) {
    if (addedNodes[0]) addedNodes.forEach(look);
    else look(target);
  }
}).observe(document, {
  subtree: true,
  childList: true,
  characterData: true,
  attributeFilter: ["href"],
});
