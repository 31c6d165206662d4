import type { DaySpan } from "../../ground/time/range.ts";
import type { SpanName } from "../frame/span.ts";
import type { PortalFigures } from "./load-figures.ts";

/** What the first page shows. */
export interface OverviewView {
  span: SpanName;
  days: DaySpan;
  /** How many of the creator's campaigns come before those that this page shows. */
  skipped: number;
  /** `null`: no campaign shows its numbers. */
  figures: PortalFigures | null;
}
