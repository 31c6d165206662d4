import type { Formats } from "../../ground/language/formats.ts";

/**
 * How a number stands to what it was before: by which part it is more or less, with that number beside it. `text` writes it.
 * `brief` leaves the words to those who hear the page. Nothing where nobody knows what was before.
 */
export function Change({
  formats,
  now,
  before,
  text,
  lessIsBetter = false,
  brief = false,
}: {
  formats: Formats;
  now: number | null;
  before: number | null | undefined;
  text: (value: number) => string;
  lessIsBetter?: boolean;
  brief?: boolean;
}) {
  if (before === undefined || (before === null && now === null)) return null;
  const words = brief ? "off" : "";
  if (before === now) {
    return (
      <small>
        {brief ? <span aria-hidden="true">=</span> : null} <span class={words}>as before</span>
      </small>
    );
  }
  if (before === null || now === null) {
    return <small class={words}>{before === null ? "none before" : `${text(before)} before`}</small>;
  }
  const isMore = now > before;
  // Of nothing, or of less, there is no part.
  const part = before > 0 ? formats.share(scaled(Math.abs(now - before)), scaled(before)) : null;
  return (
    <small>
      <span class={isMore === lessIsBetter ? "down" : "up"}>
        <span aria-hidden="true">{isMore ? "▲" : "▼"}</span>{" "}
        {part ?? (brief ? <span aria-hidden="true">from {text(before)}</span> : "")}
      </span>{" "}
      <span class={words}>
        {isMore ? "more" : "less"} than {text(before)} before
      </span>
    </small>
  );
}

/** A ratio as a whole number, so that small ones are told apart. */
function scaled(value: number): number {
  return Math.round(value * 10_000);
}
