import { html } from "hono/html";
import { dayIn } from "../../books/ledger/calendar.ts";
import type { Html } from "../../ground/http/html.ts";
import type { SpanName } from "../frame/span.ts";
import type { Coming } from "../money/coming.ts";
import { renderBars } from "./chart.ts";
import type { PortalAmazon } from "./load-amazon.ts";
import type { PortalFigures } from "./load-figures.ts";
import { type Line, renderFigure, renderNumbers, renderPending } from "./render-numbers.ts";
import type { Voice } from "./words.ts";

/** What the page is told with: `token` is of its address, `now` (ms UTC) when it is asked for. */
type PageVoice = Voice & { token: string; now: number };

/** The numbers of all campaigns together, the balance, and their chart. */
export function renderFigures(voice: PageVoice, span: SpanName, figures: PortalFigures): Html {
  const { say, formats, token } = voice;
  const { total, before, bars, currency, amazon, someHidden } = figures;
  // Somebody who was not there yet is told nothing by a column of what is new.
  const compares = before.numbers.clicks > 0 || before.numbers.sales > 0;
  return html`<dl class="row lead">
      ${renderNumbers(total, voice, { currency, explained: true, before: compares ? before.numbers : null })}
    </dl>
    ${
      compares
        ? html`<p>
            <small
              >${say("compared", { first: formats.date(before.days.first), last: formats.date(before.days.last) })}</small
            >
          </p>`
        : ""
    }
    ${renderPending(total, voice)} ${someHidden ? html`<p><small>${say("someHidden")}</small></p>` : ""}
    ${renderBalance(figures, voice)} ${renderBars(bars, voice)} ${renderBeside(figures, voice)}
    <p><a href="${token}/report.csv?span=${span}" download>${say("csv")}</a></p>
    ${amazon === null ? "" : renderAmazon(amazon, voice)}`;
}

/** What else than orders came by the creator, in a line: each of them is among the orders. */
function renderBeside({ conversions, calls }: PortalFigures, { token, say, formats }: PageVoice): Html | "" {
  if (conversions.conversions === 0 && calls.calls === 0) return "";
  const count = conversions.conversions;
  const money = conversions.commissions.map(({ currency, minor }) => formats.money(minor, currency)).join(" + ");
  return html`<p>
    ${count === 0 ? "" : money === "" ? say("conversions", { count }) : say("conversionsEarn", { count, money })}
    ${calls.calls === 0 ? "" : say("calls", { count: calls.calls, qualified: calls.qualified })}
    <a href="${token}/orders">${say("toOrders")}</a>
  </p>`;
}

function renderBalance({ balances, balancesHidden, coming, currency }: PortalFigures, voice: PageVoice): Html {
  const { say, formats, token } = voice;
  const accounts =
    balances.length > 0 || balancesHidden || currency === null
      ? balances
      : [{ currency, balanceMinor: 0, unapprovedMinor: 0, paidMinor: 0 }];
  return html`<h2>${say("balance")}</h2>
    ${accounts.map((account) => {
      const money = (minor: number): Line[] => [{ text: formats.money(minor, account.currency) }];
      return html`<dl class="row three">
        ${renderFigure(say("owed"), money(account.balanceMinor), voice)}
        ${renderFigure(say("unapproved"), money(account.unapprovedMinor), voice)}
        ${renderFigure(say("paid"), money(account.paidMinor), voice)}
      </dl>`;
    })}
    <p>${coming === null ? "" : renderComing(coming, voice)} <a href="${token}/money">${say("toMoney")}</a></p>`;
}

function renderComing(coming: Coming, { say, formats, now }: PageVoice): Html {
  if (coming.state === "draft") {
    const amount = coming.amounts.map(({ minor, currency }) => formats.money(minor, currency)).join(" + ");
    return say.html("comingDraft", { amount, b: (inner) => html`<b>${inner}</b>` });
  }
  const { store, endsAt } = coming;
  if (endsAt === null) return html`${say("comingClosing", { store: store.name })}`;
  const day = dayIn(store.timezone, endsAt);
  return day === dayIn(store.timezone, now)
    ? html`${say("comingClosingToday", { store: store.name })}`
    : html`${say("comingClosingFrom", { store: store.name, day: formats.date(day) })}`;
}

/** Amazon's figures, apart from all others and called Amazon's: they are no sales of the page, and earn nothing there. */
function renderAmazon({ figures, last }: PortalAmazon, voice: Voice): Html {
  const { say, formats } = voice;
  const counted = (count: number | null): Line[] => (count === null ? [] : [{ text: formats.count(count) }]);
  return html`<h2>${say("amazon")}</h2>
    ${figures.map(
      ({ clicks, purchases, units, salesMinor, currency }) =>
        html`<dl class="row">
          ${renderFigure(say("amazonClicks"), counted(clicks), voice)}
          ${renderFigure(say("amazonPurchases"), counted(purchases), voice)}
          ${renderFigure(say("amazonUnits"), counted(units), voice)}
          ${renderFigure(
            say("amazonSales"),
            salesMinor === null ? [] : [{ text: formats.money(salesMinor, currency) }],
            voice,
          )}
        </dl>`,
    )}
    <p><small>${say("amazonNote", { day: formats.date(last) })}</small></p>`;
}
