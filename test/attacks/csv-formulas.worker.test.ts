import { env, exports } from "cloudflare:workers";
import { expect, test } from "vitest";
import { ingestAll } from "../clicks/log-fixtures.ts";
import { readConfig } from "../../src/ground/config.ts";
import { holding } from "../ground/api.ts";
import { clickMessage } from "../clicks/click-message.ts";
import { insertLink } from "../links/link-fixtures.ts";

const LINK = "lnk_0000000000000000";

/** A prankster's address: what its query says becomes a cell of somebody's export. */
test("G-12: a visitor's UTM values reach the log, and a CSV, on one line and disarmed", async () => {
  await insertLink({ id: LINK });
  const utm = { utmSource: "\n=HYPERLINK(1)", utmMedium: "a\u2028b\0c", utmTerm: "x;＝1", utmContent: "\t" };
  const click = clickMessage({ id: "clk_00000000000000000000", linkId: LINK, time: Date.UTC(2026, 10, 20), ...utm });
  await ingestAll(readConfig({}), [click], Date.UTC(2026, 10, 20));
  expect(await env.DB.prepare("SELECT utm_source, utm_medium, utm_term, utm_content FROM clicks").first()).toEqual({
    utm_source: " =HYPERLINK(1)",
    utm_medium: "a bc",
    utm_term: "x;＝1",
    utm_content: " ",
  });
  // Rows of the time before are as they were: the door holds for them too.
  await env.DB.prepare(
    String.raw`UPDATE click_batches SET
      facts = replace(replace(facts, '" =HYPERLINK(1)"', '"\n=1+1"'), '"Berlin"', '"\t@SUM(1)"')`,
  ).run();
  const response = await exports.default.fetch("https://go.brand.example/api/v1/export/clicks?format=csv", {
    headers: holding(env.ADMIN_API_KEY),
  });
  const lines = (await response.text()).trimEnd().split("\r\n");
  expect(lines).toHaveLength(2);
  for (const cell of ["' =1+1", "' @SUM(1)", "x;'＝1"]) expect(lines[1]).toContain(cell);
  expect(response.headers.get("x-content-type-options")).toBe("nosniff");
});
