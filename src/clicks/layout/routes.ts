import { dayOf } from "../../edge/click/visitor.ts";
import type { Deps } from "../../ground/deps.ts";
import { requires } from "../../ground/http/auth.ts";
import { carryOut } from "../../ground/http/commit.ts";
import { adminRoutes, createRouter, jsonContent, jsonRequest, problems } from "../../ground/http/openapi.ts";
import { Problem } from "../../ground/http/problem.ts";
import { type ClickLog, clickLogs, forgetLogs } from "../log/logs-store.ts";
import { layoutRequest, layoutSchema, layoutsSchema } from "./schema.ts";
import { dateOfDay, dayOfDate, firstDayAfter } from "./since.ts";
import { isUntouched, putLayout, readDatabases, readLayouts } from "./store.ts";

const route = adminRoutes("Operations");

/** `/click-log/layouts`: over how many databases clicks are spread. */
export const layoutRoutes = createRouter()
  .openapi(
    route("get", "/click-log/layouts", requires("settings:read"), {
      summary: "See the databases of the click log",
      responses: { 200: jsonContent(layoutsSchema, "How clicks are spread, and each database"), ...problems() },
    }),
    async (c) => {
      const { d1, env, now } = c.env.deps;
      const { all } = await clickLogs(env, now());
      return c.json({ layouts: await readLayouts(d1), databases: await readDatabases(d1, all) }, 200);
    },
  )
  .openapi(
    route("post", "/click-log/layouts", requires("settings:write"), {
      summary: "Spread clicks over several databases",
      description:
        "From a midnight on, by the time of the click; what is logged stays where it is. A day that has begun can't be changed, for its visitors are told apart in one database.",
      request: { body: jsonRequest(layoutRequest) },
      responses: {
        200: jsonContent(layoutSchema, "What was entered"),
        ...problems("click_database_missing"),
      },
    }),
    async (c) => {
      const { deps } = c.env;
      const { databases, sinceDay } = c.req.valid("json");
      return carryOut(c, async () => {
        const now = deps.now();
        const { all } = await clickLogs(deps.env, now);
        await requireDatabases(deps.d1, all, databases);
        const day = await dayFor(deps, all, sinceDay, now);
        const date = dateOfDay(day);
        const before = (await readLayouts(deps.d1)).find((layout) => layout.sinceDay === date) ?? null;
        const body = { sinceDay: date, databases, createdAt: new Date(now).toISOString() };
        // Whatever comes of it: what is known here is read anew.
        forgetLogs(deps.env);
        return {
          statements: [putLayout(deps.d1, day, databases, now)],
          audit: [
            {
              action: before === null ? "create" : "update",
              entity: "click_log_layout",
              entityId: date,
              before,
              after: body,
            },
          ],
          status: 200,
          body,
        };
      });
    },
  );

/** Throws a `Problem` unless all of so many databases are bound, and have their tables. */
async function requireDatabases(d1: D1Database, all: readonly ClickLog[], databases: number): Promise<void> {
  const bound = all.length - 1;
  if (bound < databases) {
    throw new Problem(
      "click_database_missing",
      `CLICKS_${bound + 1} isn't bound: \`npm run shards\` makes and binds databases.`,
    );
  }
  const failing = (await readDatabases(d1, all.slice(1, databases + 1))).find(({ failure }) => failure !== null);
  if (failing !== undefined) {
    throw new Problem("click_database_missing", `${failing.binding} can't be used: ${failing.failure}`);
  }
}

/** The number of the day from which a layout is to be. Throws a `Problem` for one that has begun, or nearly. */
async function dayFor({ d1 }: Deps, all: readonly ClickLog[], asked: string | undefined, now: number): Promise<number> {
  const first = (await isUntouched(d1, all)) ? dayOf(now) : firstDayAfter(now);
  if (asked === undefined) return first;
  const day = dayOfDate(asked);
  if (day < first) throw Problem.invalid("sinceDay", `must not be before ${dateOfDay(first)}`);
  return day;
}
