import { describe, expect, it } from "vitest";
import { pathOfAlarm, wordsOfAlarm } from "../../../src/desk/operations/alarm-words.ts";
import { ALARM_KINDS } from "../../../src/journal/alarm/store.ts";

const STORE = "str_06h2tttkkrmek713";

describe("DSH-1: alarms in words", () => {
  it("says of every kind what it means and what to do", () => {
    for (const kind of ALARM_KINDS) {
      const { name, means, todo } = wordsOfAlarm(kind);
      expect(name).not.toBe(kind);
      expect(`${means} ${todo}`).toMatch(/^[A-Z].*\.$/);
    }
    expect(wordsOfAlarm("of_a_later_release").name).toBe("of_a_later_release");
  });

  it("leads to where something can be done", () => {
    expect(pathOfAlarm("shop_failing", STORE)).toBe(`/admin/stores/${STORE}/connection`);
    expect(pathOfAlarm("carrier_refused", `${STORE} twilio`)).toBe(`/admin/stores/${STORE}`);
    expect(pathOfAlarm("settlement_failed", "cvn_06h2tttkkrmek713")).toBe("/admin/conversions/cvn_06h2tttkkrmek713");
    expect(pathOfAlarm("rollup_drift", "2026-11-30")).toBe("/admin/system");
    expect(pathOfAlarm("code_leak", "nothing known")).toBeNull();
    expect(pathOfAlarm("cron_failed", "rollups")).toBeNull();
  });
});
