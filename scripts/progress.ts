/** A dot each so many ms shows that a step that takes its time goes on. */
const DOT_MS = 2_000;

/** Where progress is written: text that need not end a line. */
export type Write = (text: string) => void;

/**
 * Does one step of a start, with a line that says what it is before it begins and how long it took once it is
 * done. Throws what `work` throws, after the end of the line.
 */
export async function step<Result>(
  write: Write,
  what: string,
  work: () => Promise<Result>,
  now: () => number = Date.now,
): Promise<Result> {
  const start = now();
  write(`${what} …`);
  const dots = setInterval(() => write(" ."), DOT_MS);
  try {
    const result = await work();
    write(` ${((now() - start) / 1000).toFixed(1)} s\n`);
    return result;
  } catch (error) {
    write("\n");
    throw error;
  } finally {
    clearInterval(dots);
  }
}
