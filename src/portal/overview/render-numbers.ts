import { html } from "hono/html";
import type { Html } from "../../ground/http/html.ts";
import { type Change, changeOf, type Ratio } from "./change.ts";
import type { MoneyOfCurrency, Numbers } from "./numbers.ts";
import type { Voice } from "./words.ts";

/** Shown where there is no value. */
const NONE = "–";

/** A line of a number: its text, and how it stands to the one before. */
export interface Line {
  text: string;
  change?: Change | null;
}

/** What a page's numbers are shown with. */
export interface NumbersShown {
  /** Of amounts of nothing, ISO 4217; `null`: none is known. */
  currency: string | null;
  /** Whether each says what it is. */
  explained?: boolean;
  /** The numbers that they are compared with. */
  before?: Numbers | null;
}

/**
 * What was earned, clicks, sales and what comes of them, in a `dl`. Where they aren't explained, nothing is said of what no
 * sales come to.
 */
export function renderNumbers(now: Numbers, voice: Voice, shown: NumbersShown): Html {
  const { formats, say } = voice;
  const { currency, explained = false, before = null } = shown;
  const { clicks, sales } = now;
  const { clicks: clicksBefore, sales: salesBefore } = before ?? { clicks: 0, sales: 0 };
  const change = (own: Ratio, past: Ratio): Change | null => (before === null ? null : changeOf(own, past));
  const figure = (name: string, values: readonly Line[], why = "") =>
    renderFigure(name, values, voice, explained ? why : "");
  const ofClicks = [
    figure(
      say("epc"),
      linesOf(now, before, currency, "salesMinor").map(({ own, past }) => ({
        text: formats.moneyEach(own.salesMinor, clicks, own.currency),
        change: change([own.salesMinor, clicks], [past.salesMinor, clicksBefore]),
      })),
      say("epcWhy"),
    ),
    figure(
      say("cvr"),
      [{ text: formats.share(sales, clicks), change: change([sales, clicks], [salesBefore, clicksBefore]) }],
      say("cvrWhy"),
    ),
  ];
  const earned = figure(
    say("commission"),
    linesOf(now, before, currency, "commissionMinor").map(({ own, past }) => ({
      text: formats.money(own.commissionMinor, own.currency),
      change: change([own.commissionMinor, 1], [past.commissionMinor, 1]),
    })),
    say("commissionWhy"),
  );
  return html`${earned}
  ${figure(say("clicks"), [{ text: formats.count(clicks), change: change([clicks, 1], [clicksBefore, 1]) }])}
  ${figure(say("sales"), [{ text: formats.count(sales), change: change([sales, 1], [salesBefore, 1]) }])}
  ${explained || sales > 0 ? ofClicks : ""}`;
}

type Amounts = Omit<MoneyOfCurrency, "sales">;

/** Amounts by currency, each with those before it: those that are something now or then, else nothing in one currency. */
function linesOf(
  now: Numbers,
  before: Numbers | null,
  currency: string | null,
  amount: "salesMinor" | "commissionMinor",
): { own: Amounts; past: Amounts }[] {
  const all = [...now.money, ...(before?.money ?? [])];
  const found = all.filter((part) => part[amount] !== 0);
  const named = new Set((found.length > 0 ? found : all.slice(0, 1)).map((part) => part.currency));
  if (named.size === 0 && currency !== null) named.add(currency);
  const nothing = (of: string): Amounts => ({ currency: of, salesMinor: 0, commissionMinor: 0 });
  return [...named].toSorted().map((each) => ({
    own: now.money.find((part) => part.currency === each) ?? nothing(each),
    past: before?.money.find((part) => part.currency === each) ?? nothing(each),
  }));
}

/** An amount of numbers in each currency that has any, and that per click, as people read it. `currency`: of nothing. */
export function amountTexts(
  now: Numbers,
  currency: string | null,
  { formats }: Voice,
): { epc: string[]; commission: string[] } {
  return {
    epc: linesOf(now, null, currency, "salesMinor").map(({ own }) =>
      formats.moneyEach(own.salesMinor, now.clicks, own.currency),
    ),
    commission: linesOf(now, null, currency, "commissionMinor").map(({ own }) =>
      formats.money(own.commissionMinor, own.currency),
    ),
  };
}

/** A number with its name; one line for each currency. */
export function renderFigure(name: string, values: readonly Line[], voice: Voice, why = ""): Html {
  return html`<div>
    <dt>${name}</dt>
    ${(values.length === 0 ? [{ text: NONE }] : values).map(
      ({ text, change = null }: Line) => html`<dd>${text}${change === null ? "" : renderChange(change, voice)}</dd>`,
    )}
    ${why === "" ? "" : html`<dd class="why">${why}</dd>`}
  </div>`;
}

function renderChange(change: Change, { formats, say }: Voice): Html {
  switch (change.way) {
    case "more":
      return html` <small class="up">${say("more", { share: formats.share(change.percent, 100) })}</small>`;
    case "less":
      return html` <small class="down">${say("less", { share: formats.share(change.percent, 100) })}</small>`;
    case "same":
      return html` <small>${say("same")}</small>`;
    case "fresh":
      return html` <small class="up">${say("fresh")}</small>`;
  }
}

/**
 * What is beside the numbers: orders that only browsers tell of, which add nothing to them, and sales whose commission
 * can't be said yet, which is in no sum.
 */
export function renderPending({ claimed, waiting }: Numbers, { say }: Voice): Html {
  return html`${claimed === 0 ? "" : html`<p><small>${say("claimed", { count: claimed })}</small></p>`}
  ${waiting === 0 ? "" : html`<p><small>${say("waiting", { count: waiting })}</small></p>`}`;
}
