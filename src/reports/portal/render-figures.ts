import { html } from "hono/html";
import type { Html } from "../../edge/pages/page.ts";
import { renderBars } from "./chart.ts";
import { type PortalConversions, STATE_WORDS } from "./conversions.ts";
import type { PortalAmazon } from "./load-amazon.ts";
import type { PortalFigures } from "./load-figures.ts";
import type { Formats } from "./format.ts";
import type { Numbers } from "./numbers.ts";
import type { SpanName } from "./span.ts";

/** Shown where there is no value. */
const NONE = "–";

/** The numbers of all campaigns together, their chart, and the balance. */
export function renderFigures(
  { token, span, formats }: { token: string; span: SpanName; formats: Formats },
  { total, bars, balances, currency, amazon, conversions, someHidden }: PortalFigures,
): Html {
  const accounts =
    balances.length > 0 || currency === null
      ? balances
      : [{ currency, balanceMinor: 0, unapprovedMinor: 0, paidMinor: 0 }];
  return html`<dl class="row">${renderNumbers(total, currency, formats, true)}</dl>
    ${renderClaimed(total, formats)} ${renderWaiting(total, formats)}
    ${someHidden ? html`<p><small>Campaigns that don’t show their numbers are not counted here.</small></p>` : ""}
    ${renderBars(bars, formats)}
    <p><a href="${token}/report.csv?span=${span}" download>Download these numbers as CSV</a></p>
    ${conversions.length === 0 ? "" : renderConversions(conversions, formats)}
    ${amazon === null ? "" : renderAmazon(amazon, formats)}
    <h2>Balance</h2>
    ${accounts.map(
      (account) =>
        html`<dl class="row three">
          ${renderFigure("Owed to you", [formats.money(account.balanceMinor, account.currency)])}
          ${renderFigure("Waiting for approval", [formats.money(account.unapprovedMinor, account.currency)])}
          ${renderFigure("Paid", [formats.money(account.paidMinor, account.currency)])}
        </dl>`,
    )}`;
}

/** Kinds of conversions that the page has room for. */
const MAX_CONVERSIONS = 12;

/** What else than orders came of the creator's links, and where each kind stands. */
function renderConversions(conversions: readonly PortalConversions[], formats: Formats): Html {
  const more = conversions.length - MAX_CONVERSIONS;
  return html`<h2>Other conversions</h2>
    <div class="card">
      <table class="names">
        <thead>
          <tr>
            <th scope="col">What</th>
            <th scope="col">How many</th>
            <th scope="col">Commission</th>
            <th scope="col">Where it stands</th>
          </tr>
        </thead>
        <tbody>
          ${conversions.slice(0, MAX_CONVERSIONS).map(
            ({ name, state, conversions: count, commissions }) =>
              html`<tr>
                <th scope="row">${name}</th>
                <td>${formats.count(count)}</td>
                <td>
                  ${
                    commissions.length === 0
                      ? NONE
                      : commissions.map(({ currency, minor }) => formats.money(minor, currency)).join(", ")
                  }
                </td>
                <td>${STATE_WORDS[state]}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    ${more > 0 ? html`<p><small>The CSV has ${formats.count(more)} more lines.</small></p>` : ""}`;
}

/** Amazon's figures, apart from all others and called Amazon's: they are no sales of the page, and earn nothing there. */
function renderAmazon({ figures, last }: PortalAmazon, formats: Formats): Html {
  return html`<h2>Amazon’s figures</h2>
    ${figures.map(
      (sums) =>
        html`<dl class="row">
          ${renderFigure("Clicks at Amazon", countOf(sums.clicks, formats))}
          ${renderFigure("Purchases at Amazon", countOf(sums.purchases, formats))}
          ${renderFigure("Units at Amazon", countOf(sums.units, formats))}
          ${renderFigure(
            "Sales at Amazon",
            sums.salesMinor === null ? [] : [formats.money(sums.salesMinor, sums.currency)],
          )}
        </dl>`,
    )}
    <p>
      <small
        >Reported by Amazon up to ${formats.date(last)}, and changed by it for weeks. They are in none of the other
        numbers here, and nothing is paid by them on its own.</small
      >
    </p>`;
}

function countOf(count: number | null, formats: Formats): string[] {
  return count === null ? [] : [formats.count(count)];
}

/** What browsers tell of and the shop didn't yet, beside the numbers: it is counted, and adds nothing to them. */
export function renderClaimed({ claimed }: Numbers, formats: Formats): Html | "" {
  if (claimed === 0) return "";
  const text =
    claimed === 1
      ? "more order waits for the shop’s word. It counts here once the shop confirms it."
      : "more orders wait for the shop’s word. They count here once the shop confirms them.";
  return html`<p><small>${formats.count(claimed)} ${text}</small></p>`;
}

/** Sales whose commission can't be said yet, beside the numbers: they are sales, and their commission is in no sum. */
export function renderWaiting({ waiting }: Numbers, formats: Formats): Html | "" {
  if (waiting === 0) return "";
  const text =
    waiting === 1
      ? "commission waits for an exchange rate. It counts here once the shop enters it."
      : "commissions wait for an exchange rate. They count here once the shop enters it.";
  return html`<p><small>${formats.count(waiting)} ${text}</small></p>`;
}

/** Clicks, sales and what comes of them. `currency` is that of amounts of nothing; `explained` says what each is. */
export function renderNumbers(
  { clicks, sales, money }: Numbers,
  currency: string | null,
  formats: Formats,
  explained: boolean,
): Html {
  const sums = money.length > 0 || currency === null ? money : [{ currency, salesMinor: 0, commissionMinor: 0 }];
  const why = (text: string): string => (explained ? text : "");
  return html`${renderFigure("Clicks", [formats.count(clicks)])} ${renderFigure("Sales", [formats.count(sales)])}
  ${renderFigure(
    "EPC",
    sums.map((sum) => formats.moneyEach(sum.salesMinor, clicks, sum.currency)),
    why("Value of sales per click"),
  )}
  ${renderFigure("CVR", [formats.share(sales, clicks)], why("Sales per click"))}
  ${renderFigure(
    "Commission",
    sums.map((sum) => formats.money(sum.commissionMinor, sum.currency)),
    why("Approved or not yet"),
  )}`;
}

/** A number with its name; one line for each currency. */
function renderFigure(name: string, values: readonly string[], why = ""): Html {
  return html`<div>
    <dt>${name}</dt>
    ${(values.length === 0 ? [NONE] : values).map((value) => html`<dd>${value}</dd>`)}
    ${why === "" ? "" : html`<dd class="why">${why}</dd>`}
  </div>`;
}
