import { requires } from "../../ground/http/auth.ts";
import { carryOut } from "../../ground/http/commit.ts";
import { adminRoutes, createRouter, jsonContent, jsonPage, jsonRequest, problems } from "../../ground/http/openapi.ts";
import { listHandler, pageQuery } from "../../ground/http/pagination.ts";
import { newRates, rateFilters, rateSchema, ratesWritten } from "./schema.ts";
import { byRate, listRates, markHanging, presentRate, rateName, ratesLike, writeRates } from "./store.ts";

const route = adminRoutes("Money");

/** `/exchange-rates`: what currencies were worth, as admins entered it. A rate that is missing is never made up. */
export const rateRoutes = createRouter()
  .openapi(
    route("get", "/exchange-rates", requires("orders:read"), {
      summary: "List exchange rates",
      request: { query: pageQuery.extend(rateFilters.shape) },
      responses: { 200: jsonPage(rateSchema, "A page of rates, the latest day first"), ...problems() },
    }),
    listHandler(byRate, listRates, presentRate),
  )
  .openapi(
    route("post", "/exchange-rates", requires("orders:write"), {
      summary: "Enter exchange rates",
      description:
        "A rate that is there for the same currencies and day is replaced. Commissions that hang on the rates are computed anew within a minute or so; what was booked is adjusted by new entries.",
      request: { body: jsonRequest(newRates) },
      responses: { 200: jsonContent(ratesWritten, "What became of them"), ...problems() },
    }),
    async (c) => {
      const { deps } = c.env;
      const { rates } = c.req.valid("json");
      return carryOut(c, async () => {
        const before = await ratesLike(deps, rates);
        const [actor, updatedAt] = [c.var.actor.id, deps.now()];
        const changed = rates
          .filter((rate) => {
            const was = before.get(rateName(rate));
            return was?.rate !== rate.rate || was.source !== rate.source;
          })
          .map((rate) => ({ ...rate, actor, updatedAt }));
        return {
          statements: [...writeRates(deps, changed, before), ...markHanging(deps, changed)],
          audit: changed.map((row) => {
            const was = before.get(rateName(row));
            return {
              action: was === undefined ? "create" : "update",
              entity: "exchangeRate",
              entityId: rateName(row),
              before: was === undefined ? null : presentRate(was),
              after: presentRate(row),
            };
          }),
          status: 200,
          body: { written: changed.length, unchanged: rates.length - changed.length },
        };
      });
    },
  );
