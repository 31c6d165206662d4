import { html } from "hono/html";
import type { Html } from "../../ground/http/html.ts";
import type { Visit } from "../frame/admit-page.ts";
import type { PortalPayout } from "./load-payouts.ts";
import type { MoneyView } from "./view.ts";
import type { SayMoney } from "./words.ts";

/** Months that stand open on the page: the rest is folded. */
const OPEN_MONTHS = 4;

/** Months that the page has at most: five years. Older ones are reached from statement to statement. */
const MOST_MONTHS = 60;

const STATES = { draft: "payoutDraft", paid: "payoutPaid", reversed: "payoutReversed" } as const;

/** What was paid out, and the statements. */
export function renderPayouts(visit: Visit, view: MoneyView, say: SayMoney): Html {
  const { payouts, olderShown, next } = view;
  const base = `/creator/${visit.token}/money`;
  const several = new Set(payouts.map(({ storeId }) => storeId)).size > 1;
  return html`<h2 id="payouts">${say("payouts")}</h2>
    <div class="card">
      ${
        payouts.length === 0
          ? html`<p>${say("payoutsNone")}</p>`
          : html`<ul class="plain runs">
              ${payouts.map((payout) => renderPayout(visit, view, payout, several, say))}
            </ul>`
      }
    </div>
    ${
      olderShown || next !== null
        ? html`<nav aria-label="${say("payouts")}">
            ${olderShown ? html`<a href="${base}#payouts">${say("newestPayouts")}</a>` : ""}
            ${next === null ? "" : html`<a href="${base}?payouts=${next}#payouts">${say("olderPayouts")}</a>`}
          </nav>`
        : ""
    }
    ${renderMonths(visit, view, say)}`;
}

function renderPayout(
  { token, formats }: Visit,
  { months, hidden }: MoneyView,
  { storeId, store, day, bookedTo, amountMinor, currency, state, reference }: PortalPayout,
  several: boolean,
  say: SayMoney,
): Html {
  const month = day.slice(0, 7);
  const isStated = state !== "draft" && !hidden.stores.has(storeId) && months.includes(month);
  return html`<li>
    <span>${formats.date(day)} <span class="chip">${say(STATES[state])}</span></span>
    <span class="sum">${formats.money(amountMinor, currency)}</span>
    <small>
      ${several ? html`${store}<br />` : ""}
      ${bookedTo === null ? "" : html`${say("payoutTo", { day: formats.date(bookedTo) })}<br />`}
      ${reference === null ? "" : say("reference", { reference })}
    </small>
    ${isStated ? html`<a href="/creator/${token}/money/statement?month=${month}">${say("statement")}</a>` : ""}
  </li>`;
}

function renderMonths({ token, formats }: Visit, { months }: MoneyView, say: SayMoney): Html | "" {
  if (months.length === 0) return "";
  const link = (month: string): Html =>
    html`<a href="/creator/${token}/money/statement?month=${month}">${formats.month(month)}</a>`;
  return html`<h2>${say("statements")}</h2>
    <div class="card">
      <p>${say("statementsText")}</p>
      <nav aria-label="${say("statements")}">${months.slice(0, OPEN_MONTHS).map(link)}</nav>
      ${
        months.length > OPEN_MONTHS
          ? html`<details>
              <summary>${say("olderStatements")}</summary>
              <nav aria-label="${say("olderStatements")}">${months.slice(OPEN_MONTHS, MOST_MONTHS).map(link)}</nav>
            </details>`
          : ""
      }
    </div>`;
}
