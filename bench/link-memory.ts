import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { addressKey } from "../src/edge/link/address.ts";
import { EMPTY_BLOCKLIST } from "../src/edge/block/match.ts";
import { LinkCache } from "../src/edge/link/cache.ts";
import { compileLink } from "../src/edge/link/compile.ts";
import { recordOf, type LinkRow } from "../src/edge/link/load.ts";
import { hostSubject, slugSubject } from "../src/edge/news/subject.ts";

const LINKS = 10_000;

/**
 * What a link takes of an isolate's memory, bytes: of the same V8, in this process. Each is read from a row and a colo's
 * copy of its own, as the Worker has it, so that no two share a text that there they wouldn't.
 */
export function linkBytes(): number {
  setFlagsFromString("--expose-gc");
  const collectGarbage = runInNewContext("gc") as () => void;
  const cache = new LinkCache(LINKS);
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  for (let index = 0; index < LINKS; index++) {
    const row = JSON.parse(JSON.stringify(rowOf(index))) as LinkRow;
    const slug = `bench${index}`;
    const ids = [row.id, "str_01hq8zv5t2aaaaaa", "crt_01hq8zv5t2aaaaaa"].map(
      (id) => JSON.parse(JSON.stringify(id)) as string,
    );
    cache.set(
      { kept: [addressKey("go.brand.test", slug)], passing: [] },
      {
        link: compileLink(recordOf(row), { defaultConsent: "deferred", blocklist: EMPTY_BLOCKLIST }),
        usedUp: false,
        anyCase: true,
        readAt: index,
        position: 0,
        subjects: [...ids, hostSubject("go.brand.test"), slugSubject(slug)],
        doubtedSince: 0,
      },
      0,
    );
  }
  collectGarbage();
  const bytes = process.memoryUsage().heapUsed - before;
  if (cache.size !== LINKS) throw new Error("the cache does not hold what was put into it");
  return bytes / LINKS;
}

function rowOf(index: number): LinkRow {
  return {
    id: `lnk_01hq8zv5t2a${String(index).padStart(5, "0")}`,
    slug: `bench${index}`,
    url: `https://shop.example/products/${index}?color=blue`,
    utm: '{"source":"{{username}}","medium":"creator","campaign":"spring-looks","content":"{{slug}}"}',
    rules: "[]",
    starts_at: null,
    ends_at: null,
    max_clicks: null,
    fallback_url: null,
    disabled: 0,
    consent_policy: "implied",
    click_param: "wm_click",
    attribution: '{"windowDays":30}',
    cookie_domain: null,
    first_name: "Léa",
    last_name: "Moreau",
    handles: '{"instagram":"lea.makes"}',
    used: null,
    plan: null,
    plan_starts_at: null,
    plan_ends_at: null,
    plan_fallback_url: null,
    campaign: null,
    code: null,
  };
}
