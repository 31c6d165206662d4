import { it } from "vitest";
import { histories } from "../../property-runs.ts";
import { expectReportsOf } from "../report-histories.ts";

it(
  "G-6 G-26 UPF-32 UPF-33 UPF-34 UPF-35 UPF-36 UPF-37 UPF-38 UPF-39 UPF-63: every report equals a naive recount, and all have one total",
  { timeout: 600_000 },
  () => expectReportsOf(histories(2)),
);
