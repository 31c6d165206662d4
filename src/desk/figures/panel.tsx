import type { Desk } from "../frame/desk-load.ts";
import { Empty } from "../frame/parts.tsx";
import { type Figures, FigureTiles } from "./figures.tsx";

/** Numbers of one thing as a part of its page, with the way to its report. */
export function FiguresPanel({
  desk,
  figures,
  report,
  uses = false,
}: {
  desk: Desk;
  figures: Figures | undefined;
  report: string;
  uses?: boolean;
}) {
  return (
    <>
      {figures === undefined ? (
        <Empty title="Nothing has come by it in these days.">Clicks stand here a moment after they happened.</Empty>
      ) : (
        <FigureTiles desk={desk} figures={figures} uses={uses} />
      )}
      <p>
        <a href={report}>All numbers in the report</a>
      </p>
    </>
  );
}
