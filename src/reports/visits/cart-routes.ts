import type { Deps } from "../../ground/deps.ts";
import { isoOf } from "../../ground/http/fields.ts";
import { requires } from "../../ground/http/auth.ts";
import { csvStream } from "../../ground/http/csv.ts";
import { adminRoutes, createRouter, jsonContent, jsonOrCsv, problems } from "../../ground/http/openapi.ts";
import { badCursor } from "../../ground/http/pagination.ts";
import { Problem } from "../../ground/http/problem.ts";
import { currencyDigits } from "../../ground/money/amount.ts";
import { addWaitingSums } from "../../visits/log/add-run.ts";
import { cartId, deepestOf, type JudgedCart, outcomeAt } from "../../visits/cart/judged.ts";
import { decodeReportCursor, encodeReportCursor } from "../report/cursor.ts";
import { decimalText } from "../../ground/money/ratio.ts";
import {
  abandonersAnswer,
  abandonersQuery,
  abandonmentAnswer,
  abandonmentQuery,
  cartsAnswer,
  cartsQuery,
  checkoutAnswer,
  checkoutQuery,
  type ShownAbandoner,
  type ShownCart,
} from "./cart-schema.ts";
import { abandonmentLines, readAbandonment, readCheckout } from "./load-carts-report.ts";
import { cartsAsked, type CartsAsked, type CartsPlace, type DatedCart, everyCart, listCarts } from "./load-judged.ts";
import { spanOf } from "./load-sums.ts";
import { viewsShare } from "./load-visitors.ts";

const route = adminRoutes("Visits");

const CONSENTING = "Carts are those of consenting visitors alone; `measuredShare` says how many those are of all.";

/** Carts of consenting visitors: what they came to, where they were left, and which ones these are. */
export const cartReportRoutes = createRouter()
  .openapi(
    route("get", "/reports/checkout", requires("reports:read"), {
      summary: "Checkout by step",
      description: `In the order of the active plan's steps, of carts that began in the span. ${CONSENTING}`,
      request: { query: checkoutQuery },
      responses: { 200: jsonOrCsv(checkoutAnswer, "All steps, in order"), ...problems("not_found") },
    }),
    async (c) => {
      const { deps } = c.env;
      const query = c.req.valid("query");
      const asked = await askedOf(deps, query);
      const report = await readCheckout(deps, asked);
      if (query.format === "csv") {
        const lines = report.data.map(({ lists: _lists, ...row }) => Object.values(row));
        return csvStream("checkout-report.csv", CHECKOUT_COLUMNS, onePage(lines));
      }
      return c.json({ ...report, range: rangeOf(asked) }, 200);
    },
  )
  .openapi(
    route("get", "/reports/abandonment", requires("reports:read"), {
      summary: "Carts by what they came to",
      description: `By the day on which they began, as they stand now. ${CONSENTING}`,
      request: { query: abandonmentQuery },
      responses: {
        200: jsonOrCsv(abandonmentAnswer, "A page of rows, and the total of all"),
        ...problems("not_found"),
      },
    }),
    async (c) => {
      const { deps } = c.env;
      const query = c.req.valid("query");
      const asked = await askedOf(deps, query);
      const { rows, total } = await readAbandonment(deps, asked, query);
      if (query.format === "csv") {
        const { columns, lines } = abandonmentLines(rows);
        return csvStream("abandonment-report.csv", columns, onePage(lines));
      }
      const place = query.cursor === undefined ? null : decodeReportCursor(query.cursor);
      if (query.cursor !== undefined && place?.sort !== "abandonment") throw badCursor();
      const behind =
        place === null
          ? rows
          : rows.filter(({ start, source }) => placeText(start, source) > placeText(String(place.start), place.key));
      const data = behind.slice(0, query.limit);
      const last = data.at(-1);
      const nextCursor =
        last === undefined || behind.length <= query.limit
          ? null
          : encodeReportCursor({
              sort: "abandonment",
              currency: null,
              value: null,
              key: last.source ?? "",
              start: last.start ?? "",
            });
      return c.json(
        {
          data,
          total,
          abandonedAfterMinutes: asked.checkout.abandonedAfterMinutes,
          measuredShare: await viewsShare(deps, { ...asked, storeId: asked.store.id }, undefined),
          range: rangeOf(asked),
          nextCursor,
        },
        200,
      );
    },
  )
  .openapi(
    route("get", "/carts", requires("reports:read"), {
      summary: "List carts",
      description:
        "What is behind the numbers of the reports on checkout and abandonment: carts of consenting visitors that began in the span, those first that something was done with last. A page may hold fewer than there are: follow `nextCursor`.",
      request: { query: cartsQuery },
      responses: { 200: jsonContent(cartsAnswer, "A page of carts"), ...problems("not_found") },
    }),
    async (c) => {
      const { deps } = c.env;
      const { state, step, outcome, source, limit, cursor, ...query } = c.req.valid("query");
      if (outcome !== undefined && step === undefined) throw Problem.invalid("step", "is needed beside outcome");
      const asked = await askedOf(deps, query);
      const plan = asked.checkout.steps.map(({ name }) => name);
      const { carts, next } = await listCarts(deps, asked, {
        after: placeIn(cursor),
        limit,
        wanted: (cart) =>
          (state === undefined || cart.state === state) &&
          (source === undefined || cart.row.source === source) &&
          (step === undefined || isAt(outcomeAt(cart, step, plan), outcome)),
      });
      const data = await Promise.all(carts.map(async (cart) => presentCart(cart, asked)));
      return c.json({ data, nextCursor: cursorOf(next) }, 200);
    },
  )
  .openapi(
    route("get", "/audiences/abandoners", requires("reports:read"), {
      summary: "Who left a cart",
      description:
        "Carts that are abandoned now and began in the span, of consenting visitors alone. Whose they are is said where a contact is known, by its id.",
      request: { query: abandonersQuery },
      responses: { 200: jsonOrCsv(abandonersAnswer, "A page of carts"), ...problems("not_found") },
    }),
    async (c) => {
      const { deps } = c.env;
      const { format, limit, cursor, ...query } = c.req.valid("query");
      const asked = await askedOf(deps, query);
      if (format === "csv") return csvStream("abandoners.csv", ABANDONER_COLUMNS, abandonerPages(deps, asked));
      const wanted = ({ state }: JudgedCart) => state === "abandoned";
      const { carts, next } = await listCarts(deps, asked, { after: placeIn(cursor), limit, wanted });
      const data = await Promise.all(carts.map(async (cart) => presentAbandoner(cart, asked)));
      return c.json({ data, nextCursor: cursorOf(next) }, 200);
    },
  );

async function askedOf(deps: Deps, query: Parameters<typeof spanOf>[1]): Promise<CartsAsked> {
  // Reports have sums beside carts.
  await addWaitingSums(deps.d1);
  return cartsAsked(deps, await spanOf(deps, query));
}

function rangeOf({ span: { first, last } }: CartsAsked) {
  return { from: first, to: last };
}

/** Whether what became of a cart at a step is what was asked for, if anything was. */
function isAt(outcome: ReturnType<typeof outcomeAt>, asked: string | undefined): boolean {
  return outcome !== null && (asked === undefined || outcome === asked);
}

/** Rows by `start`, then by source. */
function placeText(start: string | null, source: string | null): string {
  return `${start ?? ""}\n${source ?? ""}`;
}

const PLACE = /^(\d{1,15}) (cart_[0-9a-hjkmnp-tv-z]{16})$/;

function placeIn(cursor: string | undefined): CartsPlace | null {
  if (cursor === undefined) return null;
  const [, lastAt, id] = PLACE.exec(decodeReportCursor(cursor)?.key ?? "") ?? [];
  if (lastAt === undefined || id === undefined) throw badCursor();
  return { lastAt: Number(lastAt), id };
}

function cursorOf(place: CartsPlace | null): string | null {
  if (place === null) return null;
  const key = `${place.lastAt} ${place.id}`;
  return encodeReportCursor({ sort: "carts", currency: null, value: null, key, start: "" });
}

async function presentCart(cart: DatedCart, { store }: CartsAsked): Promise<ShownCart> {
  return {
    id: await cartId(cart),
    state: cart.state,
    beganAt: isoOf(cart.beganAt),
    silentSince: isoOf(cart.silentSince),
    abandonedAt: isoOf(cart.abandonedAt),
    boughtAt: isoOf(cart.boughtAt),
    ...worthOf(cart, store.currency),
    steps: cart.steps.map(({ name, at }) => ({ name, at: isoOf(at) })),
    source: cart.row.source,
    contactId: cart.row.contactId,
  };
}

async function presentAbandoner(cart: DatedCart, { store, checkout }: CartsAsked): Promise<ShownAbandoner> {
  const plan = checkout.steps.map(({ name }) => name);
  const deepest = deepestOf(cart, plan);
  return {
    id: await cartId(cart),
    abandonedAt: isoOf(cart.abandonedAt ?? cart.silentSince),
    ...worthOf(cart, store.currency),
    step: deepest === null ? null : (plan[deepest] ?? null),
    source: cart.row.source,
    contactId: cart.row.contactId,
  };
}

function worthOf({ items, valueMinor, currency }: DatedCart, usual: string) {
  return { items, value: valueMinor === null ? null : { amountMinor: valueMinor, currency: currency ?? usual } };
}

const CHECKOUT_COLUMNS = [
  "step",
  "events",
  "measuredEvents",
  "entered",
  "continued",
  "left",
  "open",
  "lostShare",
  "medianMsToNext",
  "measuredShare",
];

const ABANDONER_COLUMNS = ["id", "abandonedAt", "items", "value", "currency", "step", "source", "contactId"];

async function* abandonerPages(deps: Deps, asked: CartsAsked): AsyncGenerator<unknown[][], undefined> {
  for await (const carts of everyCart(deps, asked)) {
    const left = carts.filter(({ state }) => state === "abandoned");
    const shown = await Promise.all(left.map(async (cart) => presentAbandoner(cart, asked)));
    if (shown.length > 0) yield shown.map(cellsOf);
  }
}

function cellsOf({ id, abandonedAt, items, value, step, source, contactId }: ShownAbandoner): unknown[] {
  const amount = value === null ? null : decimalText(value.amountMinor, currencyDigits(value.currency) ?? 0);
  return [id, abandonedAt, items, amount, value?.currency ?? null, step, source, contactId];
}

async function* onePage(lines: unknown[][]): AsyncGenerator<unknown[][], undefined> {
  if (lines.length > 0) yield lines;
}
