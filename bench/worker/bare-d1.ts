import { env } from "cloudflare:workers";

/** The least that a Worker with a database can be. */
export default {
  fetch: async () => Response.json(await env.DB.prepare("SELECT id, slug FROM links LIMIT 20").all()),
};
