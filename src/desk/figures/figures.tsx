import type { Child } from "hono/jsx";
import type { Desk } from "../frame/desk-load.ts";
import { Amount, Count } from "../frame/parts.tsx";
import type { Column, View } from "../resource/resource.ts";

/** Numbers of a row of a report: what the desk shows of it. Amounts are minor units of `currency`. */
export interface Figures {
  clicks: number;
  uniqueClicks: number;
  conversions: number;
  claimedConversions: number;
  codeUses: number;
  waitingCommissions: number;
  currency: string | null;
  salesMinor: number;
  commissionMinor: number;
  cvr: number | null;
  otherCurrencies: readonly { currency: string; conversions: number; salesMinor: number; commissionMinor: number }[];
  previous?: Omit<Figures, "previous">;
}

/** A row of a list with its numbers; `null`: nobody could be asked. */
export type WithFigures<Row> = Row & { figures?: Figures | null };

/** Where a number leads; `null`: nowhere. */
type Leads<Row> = (row: Row, view: View) => string | null;

/** Columns of the last 30 days: clicks, sales, commission and EPC. `to` says where the first two lead to. */
export function figureColumns<Row>(to: { clicks: Leads<Row>; sales: Leads<Row> }): Column<WithFigures<Row>>[] {
  return [
    {
      label: "Clicks",
      num: true,
      cell: (row, view) => (
        <Leading to={to.clicks(row, view)}>
          <Count desk={view.desk} value={row.figures?.clicks} />
        </Leading>
      ),
      csv: ({ figures }) => figures?.clicks,
    },
    {
      label: "Sales",
      num: true,
      cell: (row, view) => (
        <Leading to={to.sales(row, view)}>
          <Count desk={view.desk} value={row.figures?.conversions} />
        </Leading>
      ),
      csv: ({ figures }) => figures?.conversions,
    },
    {
      label: "Commission",
      num: true,
      cell: ({ figures }, { desk }) => <Sums desk={desk} figures={figures} of="commissionMinor" />,
      csvMoney: ({ figures }) =>
        figures?.currency == null ? null : { amountMinor: figures.commissionMinor, currency: figures.currency },
    },
    {
      label: "EPC",
      num: true,
      cell: ({ figures }, { desk }) => <Epc desk={desk} figures={figures} />,
    },
  ];
}

/** What such columns are of, for above a list. */
export function FiguresNote({ desk, epc = true }: { desk: Desk; epc?: boolean }) {
  if (!desk.may("reports:read")) return null;
  return (
    <p class="note">
      Numbers are of the last 30 days, and of orders that a server confirmed.
      {epc ? " EPC is the value of sales per click." : ""}
    </p>
  );
}

function Leading({ to, children }: { to: string | null; children?: Child }) {
  return to === null ? <>{children}</> : <a href={to}>{children}</a>;
}

/** A sum in the currency of the report, then in each other one. */
function Sums({
  desk,
  figures,
  of,
}: {
  desk: Desk;
  figures: Figures | null | undefined;
  of: "salesMinor" | "commissionMinor";
}) {
  if (figures === null || figures === undefined) return <span class="none">–</span>;
  return (
    <>
      <Amount desk={desk} minor={figures[of]} currency={figures.currency} />
      {figures.otherCurrencies.map((other) => (
        <>
          {" "}
          + <Amount desk={desk} minor={other[of]} currency={other.currency} />
        </>
      ))}
    </>
  );
}

function Epc({ desk, figures }: { desk: Desk; figures: Omit<Figures, "previous"> | null | undefined }) {
  if (figures === null || figures === undefined || figures.currency === null) return <span class="none">–</span>;
  return <span class="amount">{desk.formats.moneyEach(figures.salesMinor, figures.clicks, figures.currency)}</span>;
}

/** Large numbers of one thing in the last 30 days, each beside the 30 days before. */
export function FigureTiles({ desk, figures, uses = false }: { desk: Desk; figures: Figures; uses?: boolean }) {
  const { previous } = figures;
  const counts: readonly (readonly [string, number, number | undefined])[] = [
    ["Clicks", figures.clicks, previous?.clicks],
    ["Visitors", figures.uniqueClicks, previous?.uniqueClicks],
    ["Sales", figures.conversions, previous?.conversions],
    ...(uses ? [["Uses of the code", figures.codeUses, previous?.codeUses] as const] : []),
  ];
  return (
    <>
      <dl class="figures">
        {counts.map(([label, value, before]) => (
          <div>
            <dt>{label}</dt>
            <dd>
              <Count desk={desk} value={value} />
            </dd>
            {before === undefined ? null : (
              <dd>
                <small>
                  before: <Count desk={desk} value={before} />
                </small>
              </dd>
            )}
          </div>
        ))}
        {(["salesMinor", "commissionMinor"] as const).map((name) => (
          <div>
            <dt>{name === "salesMinor" ? "Net sales" : "Commission"}</dt>
            <dd>
              <Sums desk={desk} figures={figures} of={name} />
            </dd>
            {previous === undefined ? null : (
              <dd>
                <small>
                  before: <Sums desk={desk} figures={previous} of={name} />
                </small>
              </dd>
            )}
          </div>
        ))}
        <div>
          <dt>EPC</dt>
          <dd>
            <Epc desk={desk} figures={figures} />
          </dd>
          {previous === undefined ? null : (
            <dd>
              <small>
                before: <Epc desk={desk} figures={previous} />
              </small>
            </dd>
          )}
        </div>
        <div>
          <dt>Sales per click</dt>
          <dd>{desk.formats.share(figures.conversions, figures.clicks)}</dd>
        </div>
      </dl>
      {figures.claimedConversions === 0 ? null : (
        <p class="note">
          Beside these, browsers alone tell of{" "}
          {figures.claimedConversions === 1 ? "one order" : `${desk.formats.count(figures.claimedConversions)} orders`}.
        </p>
      )}
      {figures.waitingCommissions === 0 ? null : (
        <p class="note">
          {figures.waitingCommissions === 1 ? "One commission waits" : `${figures.waitingCommissions} commissions wait`}{" "}
          for an <a href="/admin/exchange-rates">exchange rate</a>.
        </p>
      )}
    </>
  );
}
