import { requires } from "../../ground/http/auth.ts";
import { carryOut } from "../../ground/http/commit.ts";
import { endMsOf, idParams, msOf } from "../../ground/http/fields.ts";
import { isDate } from "../../ground/time/moment.ts";
import { adminRoutes, createRouter, jsonContent, jsonPage, jsonRequest, problems } from "../../ground/http/openapi.ts";
import { bySeq, decodeCursor, encodeCursor, listHandler, pageQuery } from "../../ground/http/pagination.ts";
import { Problem } from "../../ground/http/problem.ts";
import { sumsOf, totalsOf } from "./balances.ts";
import { planBonus } from "./bonus-change.ts";
import { dayIn } from "./calendar.ts";
import { ratesFor } from "./load-grounds.ts";
import { presentCommission, presentEntry } from "./present.ts";
import * as schema from "./schema.ts";
import { balancesOf, commissionOf, entriesOf, listLedger } from "./store.ts";

const route = adminRoutes("Money");

/** `/ledger`: what creators earned and were paid. Entries are only ever added. */
export const ledgerRoutes = createRouter()
  .openapi(
    route("get", "/ledger", requires("orders:read"), {
      summary: "List the ledger's entries",
      request: { query: pageQuery.extend(schema.ledgerFilters.shape) },
      responses: { 200: jsonPage(schema.entrySchema, "A page of entries, newest first"), ...problems() },
    }),
    listHandler(bySeq, listLedger, presentEntry),
  )
  .openapi(
    route("post", "/ledger", requires("orders:write"), {
      summary: "Book a bonus or a correction",
      description:
        "The only entry that is made by hand. It can't be changed or deleted: what was wrong is put right by another.",
      request: { body: jsonRequest(schema.newBonus) },
      responses: { 201: jsonContent(schema.entrySchema, "The entry"), ...problems() },
    }),
    async (c) => {
      const given = c.req.valid("json");
      return carryOut(c, async () => planBonus(c.env.deps, c.var.actor, given));
    },
  )
  .openapi(
    route("get", "/ledger/balances", requires("orders:read"), {
      summary: "Read what creators are owed",
      description:
        "For each creator and currency, now or at any moment. Nothing is converted unless a currency is named.",
      request: { query: pageQuery.extend(schema.balanceFilters.shape) },
      responses: { 200: jsonContent(schema.balancesSchema, "The balances, the newest creator's first"), ...problems() },
    }),
    async (c) => {
      const { deps } = c.env;
      const { limit, cursor, in: currency, at: until, ...filters } = c.req.valid("query");
      const after = decodeCursor(cursor);
      // Of a date, its last moment.
      const at = until === undefined ? null : isDate(until) ? endMsOf(until) - 1 : msOf(until);
      const rows = await balancesOf(deps, filters, at);
      const day = dayIn("UTC", at ?? deps.now());
      const currencies = new Set([...rows.map((row) => row.currency), ...(currency === undefined ? [] : [currency])]);
      const reporting =
        currency === undefined ? null : { currency, day, rateOf: await ratesFor(deps, [{ currencies, day }]) };

      const creatorIds = [...new Set(rows.map(({ creatorId }) => creatorId))].filter(
        (id) => after === null || id < after,
      );
      const page = new Set(creatorIds.slice(0, limit));
      const last = creatorIds[limit - 1];
      return c.json(
        {
          data: rows
            .filter(({ creatorId }) => page.has(creatorId))
            .map((row) => ({ creatorId: row.creatorId, currency: row.currency, ...sumsOf(row, at === null) })),
          nextCursor: creatorIds.length > limit && last !== undefined ? encodeCursor(last) : null,
          ...totalsOf(rows, at === null, reporting),
        },
        200,
      );
    },
  )
  .openapi(
    route("get", "/orders/{id}/commission", requires("orders:read"), {
      summary: "Read what an order's creators earn by it, and how it came about",
      request: { params: idParams("order") },
      responses: { 200: jsonContent(schema.orderCommissionSchema, "The commissions"), ...problems("not_found") },
    }),
    async (c) => {
      const { deps } = c.env;
      const { id } = c.req.valid("param");
      const found = await commissionOf(deps, id);
      if (found === null) throw new Problem("not_found", `There is no order ${id}.`);
      return c.json(presentCommission(found.rows, await entriesOf(deps, id), found.currency), 200);
    },
  );
