import type { Child } from "hono/jsx";
import type { OrderDetail } from "../../sales/order/schema.ts";
import { wordsOf } from "../form/field.ts";
import type { Desk } from "../frame/desk-load.ts";
import { MoneyText } from "../frame/money.tsx";
import { Chip, Moment, Named } from "../frame/parts.tsx";
import { Rows } from "../frame/rows.tsx";
import type { View } from "../resource/resource.ts";
import { type ShownOrder, TrustChip } from "./state.tsx";

/** What was bought. */
export function itemsOf({ desk }: View, order: ShownOrder): Promise<Child> {
  return Promise.resolve(<Items desk={desk} items={order.items ?? []} />);
}

function Items({ desk, items }: { desk: Desk; items: NonNullable<ShownOrder["items"]> }) {
  return (
    <Rows
      caption="Items"
      heads={["Item", "SKU", "Category", { label: "Quantity", num: true }, { label: "Price of one", num: true }]}
      rows={items.map(({ sku, name, quantity, price, category }) => [
        name ?? sku,
        <code>{sku}</code>,
        category ?? <span class="none">–</span>,
        String(quantity),
        <MoneyText desk={desk} money={price} />,
      ])}
    />
  );
}

type Evidence = OrderDetail["evidence"][number];

/** All that was reported of an order, as it came. */
export function evidenceOf({ desk, names }: View, { evidence = [] }: ShownOrder): Promise<Child> {
  return Promise.resolve(
    <ol class="timeline">
      {evidence.map((one) => (
        <li class={one.late ? "out" : ""}>
          <Reported desk={desk} evidence={one} names={names} />
        </li>
      ))}
    </ol>,
  );
}

function Reported({
  desk,
  evidence: { source, trust, late, sourceTime, receivedAt, inboxId, data },
  names,
}: {
  desk: Desk;
  evidence: Evidence;
  names: Readonly<Record<string, string>>;
}) {
  const amounts = ["total", "subtotal", "discount", "shipping", "tax", "refunded"] as const;
  const said: Child[] = [
    ...amounts.flatMap((name) =>
      data[name] === null
        ? []
        : [
            <>
              {name} <MoneyText desk={desk} money={data[name]} />
            </>,
          ],
    ),
    ...(data.status === null ? [] : [`status ${data.status}`]),
    ...(data.codes.length === 0 ? [] : [`codes ${data.codes.join(", ")}`]),
    ...data.clicks.map(({ clickId, linkId, time }) => (
      <>
        click <code>{clickId}</code> on <Named id={linkId} names={names} />, <Moment desk={desk} time={time} />
      </>
    )),
    ...data.badClicks.map((problem) => `a click id that is not believed: ${wordsOf(problem).toLowerCase()}`),
    ...data.callIds.map((id) => (
      <>
        <a href={`/admin/calls/${id}`}>a call</a>
      </>
    )),
    ...(data.customer ? ["a customer (who it is isn’t kept)"] : []),
    ...(data.phone ? ["a phone number (which isn’t kept)"] : []),
    ...(data.country === null ? [] : [`country ${data.country}`]),
    ...(data.placedAt === null
      ? []
      : [
          <>
            placed <Moment desk={desk} time={data.placedAt} />
          </>,
        ]),
    ...(data.test === null ? [] : [data.test ? "a test" : "no test"]),
  ];
  return (
    <>
      <small>
        <Moment desk={desk} time={receivedAt} />
      </small>
      <br />
      <b>{wordsOf(source)}</b> <TrustChip trust={trust} /> {late ? <Chip>Late: decides nothing</Chip> : null}
      <br />
      {said.length === 0
        ? "It says nothing else."
        : said.map((each, index) => (
            <>
              {index === 0 ? "" : "; "}
              {each}
            </>
          ))}
      <br />
      <small>
        True since <Moment desk={desk} time={sourceTime} />
        {inboxId === null ? null : (
          <>
            , from <a href={`/admin/inbox/${inboxId}`}>this report</a>
          </>
        )}
      </small>
      {data.items === null || data.items.length === 0 ? null : (
        <details>
          <summary>{data.items.length === 1 ? "1 item" : `${data.items.length} items`}</summary>
          <Items desk={desk} items={data.items} />
        </details>
      )}
    </>
  );
}
