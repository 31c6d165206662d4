import { html, raw } from "hono/html";
import { dayIn } from "../../books/ledger/calendar.ts";
import type { Html } from "../../ground/http/html.ts";
import { ENTRY_TYPES } from "../../ground/model/ledger.ts";
import type { Visit } from "../frame/admit-page.ts";
import { bytesOf, compact, MAX_BYTES, type PortalPage, roomOf, shellDocument, shellPage } from "../frame/shell-page.ts";
import { PRINT_SCRIPT, STATEMENT_STYLE } from "./dress.ts";
import { closingMinor, type StatementEntry, type StatementPart } from "./statement.ts";
import { moneyWords, type SayMoney } from "./words.ts";

/** What stands for the beginning of a number, with a word joiner behind it: no line ends there. */
const UNBROKEN = "…\u2060";

/** What a statement shows. */
export interface StatementView {
  /** 2026-11. */
  month: string;
  /** All that there are, the newest first. */
  months: readonly string[];
  parts: readonly StatementPart[];
  /** Entries of this page, and how many come before them, over all parts. */
  entries: readonly StatementEntry[];
  skipped: number;
}

/** A statement as a page, to be read or printed, with as many entries as it has room for, and a way to the rest. */
export async function statementPage(visit: Visit, view: StatementView): Promise<Response> {
  const say = await moneyWords(visit.language, visit.locale);
  const rows = await Promise.all(
    view.entries.map(async (entry) => ({ entry, row: compact(String(await renderEntry(visit, entry, say))) })),
  );
  const pageWith = (shown: typeof rows): PortalPage => ({
    tab: "money",
    title: say("statementTitle", { month: visit.formats.month(view.month) }),
    styles: [STATEMENT_STYLE],
    scripts: [PRINT_SCRIPT],
    body: renderStatement(visit, view, shown, say),
  });
  let room = MAX_BYTES - bytesOf(await shellDocument(visit, pageWith([])));
  const tooMany = rows.findIndex(({ row }) => (room -= roomOf(visit, row)) <= 0);
  return shellPage(visit, pageWith(rows.slice(0, tooMany < 0 ? rows.length : Math.max(1, tooMany))));
}

interface Row {
  entry: StatementEntry;
  row: string;
}

function renderStatement(visit: Visit, view: StatementView, shown: readonly Row[], say: SayMoney): Html {
  const { guest, brand, formats, now } = visit;
  const { month, months, parts, skipped } = view;
  const stores = new Map(parts.map(({ store }) => [store.id, store]));
  const [only] = stores.values();
  const name = stores.size === 1 ? only?.name : undefined;
  const isSoFar = [...stores.values()].some(({ timezone }) => dayIn(timezone, now).slice(0, 7) === month);
  const total = parts.reduce((sum, { entries }) => sum + entries, 0);
  return html`${renderBar(visit, view, say)}
    <article class="card paper">
      <div class="who">
        <div>
          ${brand?.logo && brand.id === only?.id ? html`<img src="${brand.logo}" alt="" />` : ""}
          ${name === undefined ? "" : html`<p><b>${name}</b></p>`}
          <p>${say("statementFor", { name: guest.name })}</p>
        </div>
        <h2>${say("statementTitle", { month: formats.month(month) })}</h2>
      </div>
      ${isSoFar ? html`<p>${say("statementSoFar", { time: formats.moment(now, visit.timezone) })}</p>` : ""}
      ${parts.map((part) => renderPart(visit, part, shown, { named: stores.size > 1, isSoFar, hasRest: total > shown.length }, say))}
      ${
        total > shown.length
          ? html`<p>
              ${say("entriesOf", {
                from: formats.count(skipped + 1),
                to: formats.count(skipped + shown.length),
                count: formats.count(total),
              })}
            </p>`
          : ""
      }
    </article>
    ${renderMore(visit, view, { shown: shown.length, total }, say)} ${renderMonths(visit, month, months, say)}`;
}

function renderBar({ token }: Visit, { month }: StatementView, say: SayMoney): Html {
  return html`<div class="bar">
    <nav aria-label="${say("statement")}">
      <a href="/creator/${token}/money">${say("backToMoney")}</a>
      <a href="/creator/${token}/money/statement.csv?month=${month}" download>${say("asFile")}</a>
    </nav>
    <button id="print" hidden>${say("print")}</button>
  </div>`;
}

function renderPart(
  { formats }: Visit,
  part: StatementPart,
  shown: readonly Row[],
  { named, isSoFar, hasRest }: { named: boolean; isSoFar: boolean; hasRest: boolean },
  say: SayMoney,
): Html {
  const { store, currency, sums, openingMinor } = part;
  const rows = shown.filter(({ entry }) => entry.storeId === store.id && entry.currency === currency);
  const line = (name: string, minor: number): Html =>
    html`<tr class="sum">
      <th scope="row" colspan="2">${name}</th>
      <td>${formats.money(minor, currency)}</td>
    </tr>`;
  const closing = line(say(isSoFar ? "closingNow" : "closing"), closingMinor(part));
  const kinds = ENTRY_TYPES.filter((kind) => sums[kind] !== 0);
  return html`<h3>${named ? `${store.name}, ` : ""}${currency}</h3>
    <table>
      <thead>
        <tr>
          <th scope="col">${say("day")}</th>
          <th scope="col">${say("what")}</th>
          <th scope="col">${say("amount")}</th>
        </tr>
      </thead>
      <tbody>
        ${line(say("opening"), openingMinor)} ${raw(rows.map(({ row }) => row).join(""))} ${hasRest ? "" : closing}
      </tbody>
    </table>
    ${
      kinds.length > 1 || hasRest
        ? html`<table>
            <thead>
              <tr>
                <th scope="col" colspan="2">${say("byKind")}</th>
                <th scope="col">${say("amount")}</th>
              </tr>
            </thead>
            <tbody>
              ${kinds.map(
                (kind) =>
                  html`<tr>
                    <th scope="row" colspan="2">${say(kind)}</th>
                    <td>${formats.money(sums[kind], currency)}</td>
                  </tr>`,
              )}
              ${hasRest ? closing : ""}
            </tbody>
          </table>`
        : ""
    }`;
}

function renderEntry({ formats }: Visit, entry: StatementEntry, say: SayMoney): Html {
  const { day, type, order, definition, campaign, reference, amountMinor, currency } = entry;
  const about = [
    campaign,
    order === null ? null : say("order", { number: order.replace("…", UNBROKEN) }),
    definition,
    reference === null ? null : say("reference", { reference }),
  ].filter((text) => text !== null);
  return html`<tr>
    <td>${formats.day(day)}</td>
    <td>${say(type)}${about.length === 0 ? "" : html`<small>${about.join(" · ")}</small>`}</td>
    <td>${formats.money(amountMinor, currency)}</td>
  </tr>`;
}

function renderMore(
  { token }: Visit,
  { month, skipped }: StatementView,
  { shown, total }: { shown: number; total: number },
  say: SayMoney,
): Html | "" {
  const base = `/creator/${token}/money/statement?month=${month}`;
  const next = skipped + shown;
  if (skipped === 0 && next >= total) return "";
  return html`<nav aria-label="${say("what")}">
    ${skipped === 0 ? "" : html`<a href="${base}">${say("firstEntries")}</a>`}
    ${next >= total ? "" : html`<a href="${base}&amp;skip=${next}">${say("nextEntries")}</a>`}
  </nav>`;
}

function renderMonths({ token }: Visit, month: string, months: readonly string[], say: SayMoney): Html {
  const at = months.indexOf(month);
  const link = (to: string | undefined, text: string): Html | "" =>
    to === undefined ? "" : html`<a href="/creator/${token}/money/statement?month=${to}">${text}</a>`;
  return html`<nav aria-label="${say("statements")}">
    ${link(months[at + 1], say("monthBefore"))} ${at > 0 ? link(months[at - 1], say("monthAfter")) : ""}
  </nav>`;
}
