import type { Child } from "hono/jsx";
import type { Balances } from "../../books/ledger/schema.ts";
import type { Query } from "../frame/api-load.ts";
import type { Desk } from "../frame/desk-load.ts";
import { Amount } from "../frame/parts.tsx";
import { withQuery } from "../frame/places.ts";

/** What creators are owed in all, a currency after another; nothing where it can't be read now. `query`: that of the API's balances. */
export async function owedTotals(desk: Desk, query: Query): Promise<Child> {
  try {
    const balances = await desk.api.get<Balances>("/ledger/balances", { ...query, limit: 1 });
    return <Owed desk={desk} balances={balances} />;
  } catch {
    return null;
  }
}

/** Totals of balances, with what they come to in the currency that was asked for. */
export function Owed({
  desk,
  balances,
}: {
  desk: Desk;
  balances: Pick<Balances, "totals" | "total" | "missingRates">;
}) {
  const { totals, total, missingRates } = balances;
  if (totals.length === 0) return null;
  return (
    <>
      <section class="card" aria-label="What is owed in all">
        <table class="stack" role="table">
          <caption class="off">What is owed in all</caption>
          <thead role="rowgroup">
            <tr role="row">
              {["In all", "Owed", "Earned", "Paid", "Not approved yet"].map((label, index) => (
                <th scope="col" role="columnheader" class={index === 0 ? "" : "num"}>
                  {label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody role="rowgroup">
            {totals.map(({ currency, balance, earned, paid, unapproved, converted }) => (
              <tr role="row">
                <th scope="row" role="rowheader" class="main-cell">
                  {currency}
                </th>
                <td role="cell" data-label="Owed" class="num">
                  <span>
                    <Amount desk={desk} minor={balance.amountMinor} currency={balance.currency} />
                    {converted === null || converted.rate === null ? null : (
                      <small>
                        {" "}
                        <Amount
                          desk={desk}
                          minor={converted.amount.amountMinor}
                          currency={converted.amount.currency}
                        />{" "}
                        at {converted.rate} ({converted.source}, {converted.date})
                      </small>
                    )}
                  </span>
                </td>
                {(
                  [
                    ["Earned", earned],
                    ["Paid", paid],
                    ["Not approved yet", unapproved],
                  ] as const
                ).map(([label, amount]) => (
                  <td role="cell" data-label={label} class="num">
                    <Amount desk={desk} minor={amount?.amountMinor} currency={amount?.currency} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
          {total === null ? null : (
            <tfoot role="rowgroup">
              <tr role="row">
                <th scope="row" role="rowheader">
                  All together
                </th>
                <td role="cell" data-label="Owed" class="num">
                  <Amount desk={desk} minor={total.amountMinor} currency={total.currency} />
                </td>
                <td role="cell" colspan={3} />
              </tr>
            </tfoot>
          )}
        </table>
      </section>
      <MissingRates missing={missingRates} />
    </>
  );
}

/** Exchange rates that are missing, each with the form that enters it. */
export function MissingRates({ missing }: { missing: readonly string[] }) {
  if (missing.length === 0) return null;
  return (
    <div class="warn">
      <p>Exchange rates are missing, so that not all can be converted:</p>
      <ul>
        {missing.map((name) => {
          const [pair = "", date = ""] = name.split(" ");
          const [from, to] = pair.split("/");
          const form = withQuery("/admin/exchange-rates/new", {
            "rates.0.from": from,
            "rates.0.to": to,
            "rates.0.date": date,
          });
          return (
            <li>
              {name} <a href={form}>Enter it</a>
            </li>
          );
        })}
      </ul>
    </div>
  );
}
