import type { Deps } from "../../ground/deps.ts";
import { loadScriptOf } from "../../sales/capture/load-script.ts";
import { partsFor, snippetPlanOf } from "../../sales/capture/parts.ts";
import { scriptOf } from "../../sales/capture/script.ts";
import type { PartName } from "../../sales/snippet/config.ts";
import { reasonsOf } from "./reasons.ts";
import type { TaggingPlanBody } from "./schema.ts";
import type { PlanRow } from "./store.ts";

type Snippet = TaggingPlanBody["snippet"];

/** What the pages of a store that is gone carry. */
const NOTHING: Snippet = { bytes: 0, gzipBytes: 0, parts: [] };

/**
 * What the pages of a plan's store carry with it, as it would be sent from `origin`, and what each part of that is for:
 * its sizes add up to the whole. A retired plan's too, as if it were active.
 */
export async function loadSnippetOf(deps: Deps, plan: PlanRow, origin: string): Promise<Snippet> {
  const wanted = await loadScriptOf(deps, plan.storeId, origin);
  if (wanted === null) return NOTHING;
  const config = { ...wanted.config, plan: snippetPlanOf(plan) };
  const names = partsFor(config);
  const reasons = reasonsOf(plan);
  const scriptWith = (parts: readonly PartName[]) => scriptOf(config, { goals: true, parts });
  const sizes = await Promise.all(
    Array.from({ length: names.length + 1 }, async (_, count) => gzipBytesOf(scriptWith(names.slice(0, count)))),
  );
  return {
    bytes: new TextEncoder().encode(scriptWith(names)).length,
    gzipBytes: sizes.at(-1) ?? 0,
    parts: (["core", ...names] as const).map((name, index) => ({
      name,
      gzipBytes: (sizes[index] ?? 0) - (sizes[index - 1] ?? 0),
      because: reasons[name],
    })),
  };
}

async function gzipBytesOf(script: string): Promise<number> {
  const packed = new Blob([script]).stream().pipeThrough(new CompressionStream("gzip"));
  return (await new Response(packed).arrayBuffer()).byteLength;
}
