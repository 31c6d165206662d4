import { html } from "hono/html";
import { dayIn } from "../../books/ledger/calendar.ts";
import type { Html } from "../../ground/http/html.ts";
import type { Method } from "../../ground/model/attribution.ts";
import type { Say } from "../../ground/language/say.ts";
import type { Visit } from "../frame/admit-page.ts";
import type { Brought } from "./brought.ts";
import { reasonText } from "./reason-text.ts";
import type { EN } from "./words/en.ts";

/** Who reads a row; `brand`: of all their campaigns, so that its name need not stand in each row. */
export type RowReader = Pick<Visit, "formats" | "now" | "brand">;

const VIA = {
  click: "viaClick",
  code: "viaCode",
  call: "viaCall",
  manual: "viaManual",
} as const satisfies Record<Method, string>;

/** What something is called: an order and a call by a part of its number, a conversion as the store calls it. */
export function titleOf(say: Say<typeof EN>, { kind, title }: Brought): string {
  if (kind === "conversion") return title;
  return say(kind === "order" ? "orderTitle" : "callTitle", { number: title });
}

/** By what something came to its creator; empty: that can't be said. */
export function viaText(say: Say<typeof EN>, { via }: Brought): string {
  return via === null ? "" : say(VIA[via]);
}

/** Something that a creator brought, as a line of the list. */
export function renderRow(say: Say<typeof EN>, reader: RowReader, row: Brought): Html {
  const { formats, brand, now } = reader;
  const { time, timezone, campaign, store, part, value, call, talkSeconds, standing } = row;
  const day = dayIn(timezone, time);
  const isThisYear = day.slice(0, 4) === dayIn(timezone, now).slice(0, 4);
  const about = [
    call === null ? "" : say("callTitle", { number: call }),
    viaText(say, row),
    part === null ? "" : say("part", { share: formats.share(part.numerator, part.denominator) }),
    campaign ?? (brand === null ? store : ""),
    // On phones the campaign's name has to do.
    brand === null && campaign !== null ? html`<span class="wide"> · ${store}</span>` : "",
    value === null ? "" : say("value", { amount: formats.money(value.minor, value.currency) }),
    talkSeconds === null ? "" : say("talked", { time: clockOf(talkSeconds) }),
  ].filter((text) => text !== "");
  return html`<li>
    <h3>${titleOf(say, row)}</h3>
    <p class="worth">
      ${standing.amounts.map(({ minor, currency }) => html`<b>${formats.money(minor, currency)}</b>`)}
    </p>
    <small>
      <time datetime="${day}">${isThisYear ? formats.day(day) : formats.date(day)}</time
      >${about.map((text) => (typeof text === "string" ? html` · ${text}` : text))}
    </small>
    <p class="why">
      <span class="chip ${standing.state}">${say(standing.state)}</span>
      ${standing.reasons.map((reason) => reasonText(say, reader, timezone, reason)).join(" ")}
    </p>
  </li>`;
}

/** Minutes and seconds as a clock shows them: 2:05. */
export function clockOf(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
