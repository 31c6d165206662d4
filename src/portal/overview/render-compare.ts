import { html, raw } from "hono/html";
import type { Html } from "../../ground/http/html.ts";
import type { PortalCampaign } from "../frame/load-campaigns.ts";
import { bytesOf, compact } from "../frame/shell-page.ts";
import type { PortalFigures } from "./load-figures.ts";
import { amountTexts } from "./render-numbers.ts";
import type { Voice } from "./words.ts";

/** Campaigns that are compared at most, and bytes that they take: what they are made of is on their cards, too. */
const MAX_COMPARED = 10;
const MAX_BYTES = 2_500;

/** Campaigns that show their numbers side by side, from the most sales on; empty where there are not two of them. */
export async function renderCompare(
  campaigns: readonly PortalCampaign[],
  figures: PortalFigures,
  voice: Voice,
): Promise<Html | ""> {
  const { say, formats } = voice;
  const compared = campaigns
    .filter(({ visible }) => visible)
    .map((campaign) => ({ campaign, numbers: figures.of(campaign) }))
    .toSorted((a, b) => b.numbers.sales - a.numbers.sales || b.numbers.clicks - a.numbers.clicks);
  if (compared.length < 2) return "";
  const namesStores = new Set(campaigns.map(({ store }) => store?.id)).size > 1;
  const rows = await Promise.all(
    compared.slice(0, MAX_COMPARED).map(async ({ campaign: { name, store }, numbers }) => {
      const row = await html`<tr>
        <th scope="row">${name} ${namesStores && store !== null ? html`<small>${store.name}</small>` : ""}</th>
        <td>${formats.count(numbers.clicks)}</td>
        <td>${formats.count(numbers.sales)}</td>
        ${renderAmounts(amountTexts(numbers, store?.currency ?? figures.currency, voice))}
      </tr>`;
      return compact(String(row));
    }),
  );
  let room = MAX_BYTES;
  const tooMany = rows.findIndex((row) => (room -= bytesOf(row)) < 0);
  const shown = rows.slice(0, tooMany < 0 ? rows.length : Math.max(2, tooMany));
  return html`<section class="card wide">
    <h2>${say("sideBySide")}</h2>
    ${
      compared.length > shown.length
        ? html`<p><small>${say("firstOf", { count: formats.count(shown.length) })}</small></p>`
        : ""
    }
    <table class="names">
      <thead>
        <tr>
          <th scope="col">${say("campaign")}</th>
          <th scope="col">${say("clicks")}</th>
          <th scope="col">${say("sales")}</th>
          <th scope="col">${say("epc")}</th>
          <th scope="col">${say("commission")}</th>
        </tr>
      </thead>
      <tbody>
        ${raw(shown.join(""))}
      </tbody>
    </table>
  </section>`;
}

function renderAmounts({ epc, commission }: ReturnType<typeof amountTexts>): Html {
  return html`<td>${epc.join(", ")}</td>
    <td>${commission.join(", ")}</td>`;
}
