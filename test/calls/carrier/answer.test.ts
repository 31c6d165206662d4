import { describe, expect, it } from "vitest";
import { voiceAnswer, xmlText } from "../../../src/calls/carrier/answer.ts";

const actionUrl = "https://go.example/webhooks/twilio/str_1";

describe("the answer to a call that comes in", () => {
  it("says what is to be said, and puts the caller through", () => {
    const xml = voiceAnswer({ announcement: "Calls are recorded.", forwardsTo: "+4930999", actionUrl });
    expect(xml).toContain("<Say>Calls are recorded.</Say><Dial action=");
    expect(xml).toContain(">+4930999</Number></Dial></Response>");
    expect(voiceAnswer({ announcement: null, forwardsTo: "+4930999", actionUrl })).not.toContain("<Say>");
  });

  it("plays a recording", () => {
    const announcement = "https://shop.example/hello.mp3?a=1&b=2";
    const xml = voiceAnswer({ announcement, forwardsTo: "+4930999", actionUrl });
    expect(xml).toContain("<Play>https://shop.example/hello.mp3?a=1&amp;b=2</Play>");
  });

  it("refuses the call where nobody is known to whom", () => {
    const xml = voiceAnswer({ announcement: "Hello", forwardsTo: null, actionUrl });
    expect(xml).toBe(`<?xml version="1.0" encoding="UTF-8"?><Response><Reject reason="busy"/></Response>`);
  });

  it("takes nothing of a text for a verb", () => {
    const announcement = `</Say><Dial>+4930666</Dial><Say a="'">&\u0000\uFFFE\uD800]]>`;
    const xml = voiceAnswer({ announcement, forwardsTo: "+4930999", actionUrl: `${actionUrl}?x="><Dial>` });
    expect(xml.match(/<Dial/g)).toHaveLength(1);
    expect(xml).not.toContain("<Dial>+4930666");
    expect(xmlText("\u0000a\u0008b\uFFFFc")).toBe("abc");
  });
});
