/**
 * What `work` comes to, or a rejection if it takes longer than `ms`. The work itself goes on, and may
 * still be done. `wait` resolves after so many ms.
 */
export function inTime<Result>(
  work: Promise<Result>,
  ms: number,
  wait: (ms: number) => Promise<void>,
): Promise<Result> {
  const late = wait(ms).then((): never => {
    throw new Error(`no answer within ${ms} ms`);
  });
  return Promise.race([work, late]);
}
