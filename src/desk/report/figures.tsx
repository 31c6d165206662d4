import type { Desk } from "../frame/desk-load.ts";
import { Change } from "./change.tsx";
import type { Answer, Report } from "./report.ts";

/** The numbers of all rows together that matter most, with what they were before where that is known. */
export function Figures<R extends F, F extends object>({
  report,
  answer,
  desk,
}: {
  report: Report<R, F>;
  answer: Answer<R, F>;
  desk: Desk;
}) {
  const measures = report.measures.filter(({ main }) => main);
  const { total } = answer;
  if (measures.length === 0 || total === undefined) return null;
  const before = report.before?.(total) ?? answer.previous ?? undefined;
  return (
    <dl class="figures">
      {measures.map((measure) => {
        const value = measure.value(total);
        const text = (of: number): string => measure.text(of, total, desk);
        return (
          <div>
            <dt>{measure.label}</dt>
            <dd>{value === null ? "–" : text(value)}</dd>
            {measure.extra === undefined ? null : (
              <dd>
                <small>{measure.extra(total, desk)}</small>
              </dd>
            )}
            {before === undefined ? null : (
              <dd>
                <Change
                  formats={desk.formats}
                  now={value}
                  before={measure.value(before)}
                  text={text}
                  lessIsBetter={measure.lessIsBetter === true}
                />
              </dd>
            )}
          </div>
        );
      })}
    </dl>
  );
}
