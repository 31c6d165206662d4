import { type ClickOutcome, handleClick } from "./edge/click/route.ts";
import { createIsolate, type Isolate, LinkRequest } from "./isolate.ts";

// By environment, although production has but one: a test that brings its own bindings gets its own state.
const isolates = new WeakMap<Env, Isolate>();

async function createFor(env: Env): Promise<Isolate> {
  const created = await createIsolate(env);
  // Of several first requests one wins, so that all share one buffer.
  const state = isolates.get(env) ?? created;
  isolates.set(env, state);
  return state;
}

function answer(
  state: Isolate,
  request: LinkRequest["request"],
  env: Env,
  ctx: ExecutionContext,
): Response | Promise<Response> {
  const event = new LinkRequest(state, request, env, ctx);
  const outcome = handleClick(state.edge, event);
  // A promise only where something must be waited for: a warm link is answered in the same turn.
  if (outcome instanceof Promise) return outcome.then((later) => respond(later, state, event, env, ctx));
  return respond(outcome, state, event, env, ctx);
}

function respond(
  outcome: ClickOutcome,
  state: Isolate,
  event: LinkRequest,
  env: Env,
  ctx: ExecutionContext,
): Response | Promise<Response> {
  if (outcome.kind === "redirect") return outcome.response;
  if (outcome.kind === "app") {
    return import("./app.ts").then(({ answerApp }) => answerApp(event.request, state, env, ctx));
  }
  return import("./edge/pages/outcome.ts").then(({ answerOutcome }) => answerOutcome(outcome, state.edge, event));
}

export default {
  fetch(request, env, ctx) {
    const state = isolates.get(env);
    if (state === undefined) return createFor(env).then((created) => answer(created, request, env, ctx));
    return answer(state, request, env, ctx);
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
