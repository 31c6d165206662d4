import type { CodeUsesResult } from "../../programme/code/schema.ts";
import { Card, Facts } from "../frame/parts.tsx";
import type { ImportSpec } from "../import/import-page.tsx";

/** Uses of codes out of a store's export. */
export const USES_IMPORT: ImportSpec = {
  title: "Report uses of codes",
  back: { name: "Codes", path: "/admin/codes" },
  scope: "orders:write",
  api: "/codes/uses",
  list: "uses",
  most: 1_000,
  fields: () => [
    { kind: "ref", of: "store", name: "storeId", label: "Store", required: true },
    { kind: "text", name: "code", label: "Code", required: true },
    { kind: "text", name: "orderId", label: "Order", required: true },
    { kind: "moment", name: "usedAt", label: "Used at", required: true },
    { kind: "text", name: "country", label: "Country" },
  ],
  intro:
    "From an export of a store that tells Waymark of no orders. A use is known by its code and its order, so repeating a row changes nothing. Times are UTC unless they say otherwise; stores go by name or id.",
  sample: "storeId,code,orderId,usedAt,country\n",
  results: (_desk, body) => {
    const { recorded, repeated, unknown } = body as CodeUsesResult;
    return (
      <Card title="What became of them">
        <Facts
          facts={[
            ["Recorded", recorded],
            ["Known already", repeated],
            ["Codes of nobody", unknown.length],
          ]}
        />
        {unknown.length === 0 ? null : (
          <ul>
            {unknown.map(({ index, code }) => (
              <li>
                Line {index + 2}: <code>{code}</code> is and was no code of the store.
              </li>
            ))}
          </ul>
        )}
      </Card>
    );
  },
};
