import { processInbox } from "../../src/sales/capture/process-run.ts";
import main from "../../src/index.ts";
import { pollShops } from "../../src/sales/shop/poll-run.ts";
import { billing } from "./billing.ts";

let written = 0;

// One environment for all requests: what an isolate has in hand is known by it.
let billed: Env | null = null;

function billedEnv(env: Env): Env {
  billed ??= {
    ...env,
    DB: billing(env.DB, (more) => {
      written += more.written;
    }),
  };
  return billed;
}

/** The deployed Worker, with what D1 bills, and a poll at a time of one's choice. */
export default {
  async fetch(request, env, context) {
    const url = new URL(request.url);
    switch (url.pathname) {
      case "/bench/poll":
        await pollShops(billedEnv(env), Number(url.searchParams.get("now")));
        return new Response("done");
      // What the cron does each minute.
      case "/bench/inbox":
        await processInbox(billedEnv(env), Date.now());
        return new Response("done");
      case "/bench/written":
        return Response.json(written);
      default:
        return main.fetch(request, billedEnv(env), context);
    }
  },
} satisfies ExportedHandler<Env, string>;
