import { handleClick } from "./click/route.ts";
import { createIsolate, edgeEvent, type Isolate } from "./isolate.ts";

// The state of this isolate belongs to one environment; tests bring several.
let isolate: Isolate | null = null;
let isolateEnv: Env | null = null;

async function isolateFor(env: Env): Promise<Isolate> {
  if (isolate === null || isolateEnv !== env) {
    isolateEnv = env;
    isolate = await createIsolate(env);
  }
  return isolate;
}

export default {
  async fetch(request, env, ctx) {
    const state = isolate !== null && isolateEnv === env ? isolate : await isolateFor(env);
    const event = edgeEvent(state, request, env, ctx);
    const outcome = await handleClick(state.edge, event);
    if (outcome.kind === "redirect") return outcome.response;
    if (outcome.kind === "app") return (await import("./app.ts")).answerApp(request, state, env, ctx);
    return (await import("./click/page.ts")).answerPage(outcome, event, state.edge);
  },

  async queue(batch, env) {
    const [{ consume }, state] = await Promise.all([import("./click/consume.ts"), isolateFor(env)]);
    await consume(batch, env, state.edge.config, state.newId);
  },

  async scheduled(controller, env) {
    const { runCron } = await import("./cron.ts");
    await runCron(controller.cron, env, controller.scheduledTime);
  },
} satisfies ExportedHandler<Env, string>;
