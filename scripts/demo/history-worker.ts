/**
 * A Worker that writes the demo's history, and can do nothing else. It is bundled by `write.ts` alone, and run against
 * the local data of a first start before anything else is: no deployment has it (`test/whole/bundle.test.ts`).
 */
import { Past } from "./past.ts";
import { type Place, play } from "./play.ts";
import { tellStory } from "./story.ts";

export default {
  async fetch(request, env) {
    const { now, ...place } = await request.json<Place & { now: number }>();
    const past = await Past.open(env);
    return Response.json(await play(past, tellStory(now), place));
  },
} satisfies ExportedHandler<Env>;
