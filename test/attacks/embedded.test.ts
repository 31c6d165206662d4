import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { embeddedReason, type LoadSignals } from "../../src/edge/click/embedded.ts";

const SILENT: LoadSignals = { dest: null, mode: null, site: null, accept: null };
const SITES = ["cross-site", "same-site", "same-origin", "none", null];
const PAGE = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8";

/** What pages can make a browser load without anybody's click, with the mode that goes with it. */
const PARTS: readonly [dest: string, mode: string][] = [
  ["image", "no-cors"],
  ["iframe", "navigate"],
  ["frame", "navigate"],
  ["fencedframe", "navigate"],
  ["object", "navigate"],
  ["object", "no-cors"],
  ["embed", "navigate"],
  ["embed", "no-cors"],
  ["script", "no-cors"],
  ["style", "no-cors"],
  ["font", "cors"],
  ["audio", "no-cors"],
  ["video", "no-cors"],
  ["track", "same-origin"],
  ["manifest", "cors"],
  ["empty", "cors"],
  ["empty", "no-cors"],
  ["empty", "same-origin"],
  ["worker", "same-origin"],
  ["paintworklet", "cors"],
  ["webidentity", "no-cors"],
];

describe("G-13: a load that is a part of a page", () => {
  it.each(PARTS)("is told by Sec-Fetch-Dest: %s with mode %s, whosever the page", (dest, mode) => {
    for (const site of SITES) {
      expect(embeddedReason({ dest, mode, site, accept: PAGE })).toBe(`dest_${dest}`);
    }
  });

  it("is told where the browser says something newer than this list", () => {
    expect(embeddedReason({ ...SILENT, dest: "hologram", accept: PAGE })).toBe("dest_other");
  });

  it.each(["image/avif,image/webp,*/*;q=0.8", "video/webm,video/ogg;q=0.9", "audio/webm", "text/css,*/*;q=0.1"])(
    "is told by Accept: %s where there is no Sec-Fetch-Dest, as in older Safari and by plain http",
    (accept) => {
      expect(embeddedReason({ ...SILENT, accept })).toBe("accept");
    },
  );
});

describe("G-13: a visit", () => {
  it.each(SITES)("is a document, from the site %s", (site) => {
    expect(embeddedReason({ dest: "document", mode: "navigate", site, accept: PAGE })).toBeNull();
  });

  it.each([PAGE, "*/*", "", null])("may say nothing of itself and ask for %s, as apps do", (accept) => {
    expect(embeddedReason({ ...SILENT, accept })).toBeNull();
  });

  it.each(["", "?1", "Image", "document, document", '"image"'])("may say something that is no name: %j", (dest) => {
    expect(embeddedReason({ ...SILENT, dest, accept: PAGE })).toBeNull();
  });

  it("may be passed on by the site's own service worker, and by nobody else's", () => {
    const passedOn = { dest: "empty", mode: "navigate", accept: PAGE };
    expect(embeddedReason({ ...passedOn, site: "same-origin" })).toBeNull();
    expect(embeddedReason({ ...passedOn, site: "cross-site" })).toBe("dest_empty");
    expect(embeddedReason({ ...passedOn, site: "same-site" })).toBe("dest_empty");
  });
});

it("G-13: whatever the headers hold, the reason is one of a few short words", () => {
  const anyText = fc.option(fc.oneof(fc.string(), fc.stringMatching(/^[a-z]{1,40}$/)));
  fc.assert(
    fc.property(fc.record({ dest: anyText, mode: anyText, site: anyText, accept: anyText }), (signals) => {
      expect(embeddedReason(signals) ?? "none").toMatch(/^(?:none|accept|dest_[a-z]{4,14})$/);
    }),
  );
});
