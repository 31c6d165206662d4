import type { Context } from "hono";
import type { AppTypes } from "../../ground/deps.ts";
import { mustAllow } from "../../ground/http/auth.ts";
import type { CustomerPath } from "../../reports/path/schema.ts";
import { deskOf } from "../frame/desk-load.ts";
import { answerPage } from "../frame/shell-page.tsx";
import { orderName } from "./name.ts";
import { namesIn, Path } from "./path.tsx";

/** Answers a customer's whole way on one page: to an order, or of a contact. */
export async function pathPage(c: Context<AppTypes>, of: "orders" | "contacts", id: string): Promise<Response> {
  const desk = deskOf(c);
  mustAllow(desk.actor, ["orders:read"]);
  const path = await desk.api.get<CustomerPath & { names?: Record<string, string> }>(
    `/${of}/${encodeURIComponent(id)}/path`,
    { expand: "names" },
  );
  const stores = Object.fromEntries(desk.stores.map(({ id: storeId, name }) => [storeId, name]));
  const names = { ...stores, ...path.names, ...namesIn(path) };
  const order = path.order && orderName(path.order);
  const trail =
    of === "orders"
      ? [
          { name: "Orders", path: "/admin/orders" },
          { name: order ?? id, path: `/admin/orders/${id}` },
        ]
      : [
          { name: "Contacts", path: "/admin/contacts" },
          { name: "Contact", path: `/admin/contacts/${id}` },
        ];
  return answerPage(
    c,
    {
      title: of === "orders" ? `The path to ${order ?? "an order"}` : "A customer’s path",
      trail,
    },
    <Path desk={desk} path={path} names={names} />,
  );
}
