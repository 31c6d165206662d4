import { MAX_TEXT, MAX_USER_AGENT, type ReadAgent } from "../../edge/click/message.ts";
import { type SeenClick, visitParameters } from "../../edge/click/seen.ts";
import { classifyAgent } from "./classify.ts";
import { sourceClass } from "./source.ts";

/** What ingest would read off the user agent of a click under `strict`, read in the isolate: see `PackedMessage`. */
export function readAgent(click: SeenClick): ReadAgent {
  const userAgent = click.userAgent?.slice(0, MAX_USER_AGENT) ?? null;
  return {
    agent: classifyAgent(userAgent),
    source: sourceClass({
      userAgent,
      referrerHost: click.referrerHost,
      adIds: visitParameters(click).adIds,
      utmSource: click.utm.source?.slice(0, MAX_TEXT) ?? null,
      utmMedium: click.utm.medium?.slice(0, MAX_TEXT) ?? null,
    }),
  };
}
