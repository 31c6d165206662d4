import { adminRoutes, createRouter, jsonContent, problems } from "../../ground/http/openapi.ts";
import { search } from "./load-search.ts";
import { searchAnswer, searchQuery } from "./schema.ts";

const route = adminRoutes("Reports");

/** `/search`: one field for everything that has a name. */
export const searchRoutes = createRouter().openapi(
  route("get", "/search", [], {
    summary: "Find something by its name",
    description:
      "For any key, which finds what it may read: each kind needs the scope of its list. What is typed whole comes first, then what begins with it, then what has it somewhere. Destinations are looked through of the newest 20,000 links.",
    request: { query: searchQuery },
    responses: { 200: jsonContent(searchAnswer, "What fits, the best first"), ...problems() },
  }),
  async (c) => c.json(await search(c.env.deps, c.var.actor, c.req.valid("query")), 200),
);
