/** An exchange rate as a line has it; what is missing there is empty, for the API to say so. */
interface LineRate {
  from: string;
  to: string;
  date: string;
  rate: string;
  source: string;
}

/**
 * Rates of a text, one a line: from, to, day, rate and source, with blanks, commas, semicolons or tabs between them. A
 * comma within a rate is its decimal point where others part the line.
 */
export function ratesIn(text: string): LineRate[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .map((line) => {
      const parts = /[;\t]/.test(line) ? line.split(/\s*[;\t]\s*/) : line.split(/\s*,\s+|\s+|,(?!\d+\s)/);
      const [from = "", to = "", date = "", rate = "", ...source] = parts;
      return {
        from: from.toUpperCase(),
        to: to.toUpperCase(),
        date,
        rate: rate.replace(/^(\d+),(\d+)$/, "$1.$2"),
        source: source.join(" "),
      };
    });
}
