import { html } from "hono/html";
import { dayIn } from "../../books/ledger/calendar.ts";
import type { Html } from "../../ground/http/html.ts";
import type { Visit } from "../frame/admit-page.ts";
import { type Account, byHandMinor, mostDueBy, waitingMinor } from "./account.ts";
import type { NextPayout } from "./next.ts";
import type { MoneyView } from "./view.ts";
import type { SayMoney } from "./words.ts";

const bold = (inner: Html): Html => html`<b>${inner}</b>`;

/** What stores owe the creator, and what their next payouts would hold. */
export function renderAccounts(visit: Visit, view: MoneyView, say: SayMoney): Html {
  const { accounts, skipped, more, hidden, details } = view;
  const base = `/creator/${visit.token}/money`;
  const asked = details.inForce === null && details.proposal?.state !== "open" && details.open;
  const shops = new Set(accounts.map(({ account }) => account.store.id)).size;
  return html`<h2>${say("owedTitle")}</h2>
    ${hidden.stores.size === 0 ? "" : html`<p class="card">${say(hidden.all ? "allHidden" : "someHidden")}</p>`}
    ${accounts.length === 0 && !hidden.all ? html`<p class="card">${say("nothing")}</p>` : ""}
    ${accounts.map(({ account, next }) => renderAccount(visit, account, next, asked, say))}
    ${shops === 0 ? "" : html`<p><small>${say("nextTerms", { shops })}</small></p>`}
    ${
      skipped === 0 && !more
        ? ""
        : html`<nav aria-label="${say("owedTitle")}">
            ${skipped === 0 ? "" : html`<a href="${base}">${say("firstAccounts")}</a>`}
            ${more ? html`<a href="${base}?skip=${skipped + accounts.length}">${say("moreAccounts")}</a>` : ""}
          </nav>`
    }`;
}

function renderAccount(
  visit: Visit,
  { store, currency, balanceMinor, paidMinor, waiting }: Account,
  next: NextPayout,
  asked: boolean,
  say: SayMoney,
): Html {
  const { formats } = visit;
  const money = (minor: number): string => formats.money(minor, currency);
  const due = mostDueBy(waiting);
  const byHand = byHandMinor(waiting);
  const figure = (name: string, minor: number, notes: readonly string[] = []): Html =>
    html`<div>
      <dt>${name}</dt>
      <dd>${money(minor)}</dd>
      ${notes.map((note) => html`<dd class="why">${note}</dd>`)}
    </div>`;
  const notes = [
    ...(due === null ? [] : [say("mostDue", { day: formats.date(due) })]),
    ...(byHand <= 0 ? [] : [say("byHand", { amount: money(byHand) })]),
  ];
  return html`<article class="card">
    <h3>${store.name} <span class="chip">${currency}</span></h3>
    <dl class="row three">
      ${figure(say("owed"), balanceMinor)} ${figure(say("waiting"), waitingMinor(waiting), notes)}
      ${figure(say("paid"), paidMinor)}
    </dl>
    <h4>${say("next")}</h4>
    <ul class="plain">
      ${linesOf(visit, store.timezone, { currency, balanceMinor }, next, say).map((line) => html`<li>${line}</li>`)}
      ${asked && balanceMinor > 0 ? html`<li>${say.html("waitsDetails", { a: (inner) => html`<a href="#account">${inner}</a>` })}</li>` : ""}
    </ul>
  </article>`;
}

/** What a next payout would hold, and why the rest waits, a line each. */
function linesOf(
  { formats, now }: Visit,
  timezone: string,
  { currency, balanceMinor }: Pick<Account, "currency" | "balanceMinor">,
  { readyMinor, waits, minimumMinor, holdDays, periodEndsAt }: NextPayout,
  say: SayMoney,
): Html[] {
  const money = (minor: number): string => formats.money(minor, currency);
  // Of what is in a payout already nobody says that nothing is ready.
  const isDrafted = waits.some(({ reason }) => reason === "in_draft");
  const first =
    readyMinor > 0
      ? [say.html("nextReady", { amount: money(readyMinor), b: bold })]
      : balanceMinor < 0
        ? [html`${say("nextBehind")}`]
        : isDrafted
          ? []
          : [html`${say("nextNothing")}`];
  const rest = waits.map(({ reason, minor }): Html => {
    const told = { amount: money(minor), b: bold };
    switch (reason) {
      case "in_draft":
        return say.html("waitsDraft", told);
      case "period_open":
        if (periodEndsAt === null) return say.html("waitsPeriod", told);
        return dayIn(timezone, periodEndsAt) === dayIn(timezone, now)
          ? say.html("waitsPeriodToday", told)
          : say.html("waitsPeriodUntil", { ...told, day: formats.date(dayIn(timezone, periodEndsAt)) });
      case "held":
        return say.html("waitsHeld", { ...told, days: holdDays });
      case "below_minimum":
        return say.html("waitsMinimum", {
          ...told,
          minimum: money(minimumMinor),
          missing: money(minimumMinor - minor),
        });
      case "disputed":
        return say.html("waitsDisputed", told);
      case "unsettled":
        return say.html("waitsUnsettled", told);
      case "rate_missing":
        return say.html("waitsRate", told);
    }
  });
  return [...first, ...rest];
}
