import type { SummaryReport } from "../../reports/summary/schema.ts";
import type { Desk } from "../frame/desk-load.ts";
import { Amount, Card, Chip, Count, Moment } from "../frame/parts.tsx";
import { withQuery } from "../frame/places.ts";
import { Change } from "../report/change.tsx";

/** Stores that the page has room for, those of most clicks first. */
const MAX_STORES = 25;

/** The numbers of all stores, or of the one that was chosen, with what they were before. */
export function Figures({ desk, summary }: { desk: Desk; summary: SummaryReport }) {
  const { formats } = desk;
  const { total } = summary;
  const { before } = total;
  // Without sales there is no currency to say that of, but a store's.
  const usual = summary.stores.flatMap(({ currency }) => currency ?? [])[0];
  const amounts =
    total.amounts.length > 0 || usual === undefined
      ? total.amounts
      : [{ currency: usual, salesMinor: 0, commissionMinor: 0, epcMinor: null }];
  const count = (name: "clicks" | "conversions" | "sales") => ({
    now: total[name],
    before: before?.[name],
    text: formats.count,
  });
  return (
    <dl class="figures">
      <div>
        <dt>Clicks</dt>
        <dd>
          <Count desk={desk} value={total.clicks} />
        </dd>
        <dd>
          <Change formats={formats} {...count("clicks")} />
        </dd>
      </div>
      <div>
        <dt>Sales</dt>
        <dd>
          <Count desk={desk} value={total.sales} />
        </dd>
        <dd>
          <Change formats={formats} {...count("sales")} />
        </dd>
        {total.claimedSales === 0 ? null : (
          <dd>
            <small>{formats.count(total.claimedSales)} more are only claimed</small>
          </dd>
        )}
      </div>
      <div>
        <dt>Other conversions</dt>
        <dd>
          <Count desk={desk} value={total.conversions} />
        </dd>
        <dd>
          <Change formats={formats} {...count("conversions")} />
        </dd>
      </div>
      {amounts.map(({ currency, salesMinor, commissionMinor, epcMinor }) => {
        const was = before?.amounts.find((each) => each.currency === currency);
        const money = (minor: number): string => formats.money(minor, currency);
        const nothing = before === null ? undefined : 0;
        const suffix = amounts.length > 1 ? ` (${currency})` : "";
        return (
          <>
            <div>
              <dt>Net sales{suffix}</dt>
              <dd>
                <Amount desk={desk} minor={salesMinor} currency={currency} />
              </dd>
              <dd>
                <Change formats={formats} now={salesMinor} before={was?.salesMinor ?? nothing} text={money} />
              </dd>
            </div>
            <div>
              <dt>Commission{suffix}</dt>
              <dd>
                <Amount desk={desk} minor={commissionMinor} currency={currency} />
              </dd>
              <dd>
                <Change formats={formats} now={commissionMinor} before={was?.commissionMinor ?? nothing} text={money} />
              </dd>
            </div>
            <div>
              <dt>EPC{suffix}</dt>
              <dd>{epcText(desk, epcMinor, currency)}</dd>
              <dd>
                <Change
                  formats={formats}
                  now={epcMinor}
                  before={before === null ? undefined : (was?.epcMinor ?? null)}
                  text={(value) => epcText(desk, value, currency)}
                />
              </dd>
            </div>
          </>
        );
      })}
    </dl>
  );
}

/** How fresh the numbers are, in a sentence or two. */
export function Freshness({ desk, freshness }: { desk: Desk; freshness: SummaryReport["freshness"] }) {
  const { asOf, clicks, orders, rebuilding } = freshness;
  const waiting = [
    ...(clicks.waiting > 0 ? [clicks.waiting === 1 ? "1 click" : `${desk.formats.count(clicks.waiting)} clicks`] : []),
    ...(orders.waiting > 0 ? [orders.waiting === 1 ? "1 order" : `${desk.formats.count(orders.waiting)} orders`] : []),
  ];
  return (
    <p class="note">
      Exact as of <Moment desk={desk} time={asOf} />.
      {waiting.length === 0 ? "" : ` That includes what came just now: ${waiting.join(" and ")}.`}
      {rebuilding ? " Sums are being made anew: until that is done, numbers of the past may still change." : ""}
    </p>
  );
}

/** The same by store. */
export function Stores({
  desk,
  summary,
  query,
}: {
  desk: Desk;
  summary: SummaryReport;
  query: Record<string, string | null>;
}) {
  const { formats } = desk;
  const shown = summary.stores.slice(0, MAX_STORES);
  const more = summary.stores.length - shown.length;
  return (
    <Card title="By store" id="stores">
      <table class="stack" role="table">
        <caption class="off">Numbers by store</caption>
        <thead role="rowgroup">
          <tr role="row">
            {["Store", "Clicks", "Sales", "Net sales", "Commission", "EPC", "Shop"].map((label, index) => (
              <th scope="col" role="columnheader" class={index > 0 && index < 6 ? "num" : ""}>
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {shown.map((store) => (
            <tr role="row">
              <th scope="row" role="rowheader" class="main-cell">
                {store.storeId === null ? (
                  "Links of no store"
                ) : (
                  <a href={withQuery("/admin", { ...query, store: store.storeId })}>{store.name}</a>
                )}
              </th>
              <td role="cell" class="num" data-label="Clicks">
                <span>
                  <Count desk={desk} value={store.clicks} />{" "}
                  <Change
                    formats={formats}
                    now={store.clicks}
                    before={store.before?.clicks}
                    text={formats.count}
                    brief
                  />
                </span>
              </td>
              <td role="cell" class="num" data-label="Sales">
                <span>
                  <Count desk={desk} value={store.sales} />{" "}
                  <Change formats={formats} now={store.sales} before={store.before?.sales} text={formats.count} brief />
                </span>
              </td>
              <td role="cell" class="num" data-label="Net sales">
                <span>
                  <Amount desk={desk} minor={store.salesMinor} currency={store.currency} />
                  {store.otherCurrencies.map(({ currency, salesMinor }) => (
                    <>
                      {" + "}
                      <Amount desk={desk} minor={salesMinor} currency={currency} />
                    </>
                  ))}
                </span>
              </td>
              <td role="cell" class="num" data-label="Commission">
                <span>
                  <Amount desk={desk} minor={store.commissionMinor} currency={store.currency} />
                  {store.otherCurrencies.map(({ currency, commissionMinor }) => (
                    <>
                      {" + "}
                      <Amount desk={desk} minor={commissionMinor} currency={currency} />
                    </>
                  ))}
                </span>
              </td>
              <td role="cell" class="num" data-label="EPC">
                <span>{store.currency === null ? "–" : epcText(desk, store.epcMinor, store.currency)}</span>
              </td>
              <td role="cell" data-label="Shop">
                <span>
                  <Shop desk={desk} shop={store.shop} />
                </span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {more > 0 ? (
        <p>
          <a href="/admin/stores">And {desk.formats.count(more)} more</a>
        </p>
      ) : null}
    </Card>
  );
}

function Shop({ desk, shop }: { desk: Desk; shop: SummaryReport["stores"][number]["shop"] }) {
  if (shop === null) return <span class="none">not connected</span>;
  const { state, lastOrderAt, lastPollAt } = shop;
  const heard = [lastOrderAt, lastPollAt]
    .filter((time) => time !== null)
    .toSorted()
    .at(-1);
  return (
    <>
      {state === "connected" ? null : (
        <Chip tone={state === "failing" ? "bad" : "plain"}>{state === "failing" ? "Failing" : "Disconnected"}</Chip>
      )}{" "}
      {heard === undefined ? (
        "never heard of"
      ) : (
        <>
          heard of <Moment desk={desk} time={heard} />
        </>
      )}
    </>
  );
}

function epcText(desk: Desk, value: number | null, currency: string): string {
  return value === null ? "–" : desk.formats.moneyEach(Math.round(value * 10_000), 10_000, currency);
}
