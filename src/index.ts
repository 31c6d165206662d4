import { handleClick } from "./edge/click/route.ts";
import { createIsolate, edgeEvent, type Isolate } from "./isolate.ts";

// By environment, although production has but one: a test that brings its own bindings gets its own state.
const isolates = new WeakMap<Env, Isolate>();

async function createFor(env: Env): Promise<Isolate> {
  const created = await createIsolate(env);
  // Of several first requests one wins, so that all share one buffer.
  const state = isolates.get(env) ?? created;
  isolates.set(env, state);
  return state;
}

export default {
  async fetch(request, env, ctx) {
    const state = isolates.get(env) ?? (await createFor(env));
    const event = edgeEvent(state, request, env, ctx);
    const outcome = await handleClick(state.edge, event);
    if (outcome.kind === "redirect") return outcome.response;
    if (outcome.kind === "app") return (await import("./app.ts")).answerApp(request, state, env, ctx);
    return (await import("./edge/pages/outcome.ts")).answerOutcome(outcome, state.edge, event);
  },

  async queue(batch, env) {
    const state = isolates.get(env) ?? (await createFor(env));
    const { consumeQueue } = await import("./queue.ts");
    await consumeQueue(batch, env, state);
  },

  async scheduled(controller, env) {
    const { runCron } = await import("./cron.ts");
    await runCron(controller.cron, env, controller.scheduledTime);
  },
} satisfies ExportedHandler<Env, string>;
