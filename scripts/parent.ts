const POLL_MS = 500;

/**
 * Calls `gone` once, within half a second of the parent's end. npm, and the shell that it may put in
 * between, can be killed without passing a signal on, and would leave the Worker running unseen.
 */
export function onParentGone(gone: () => void): void {
  const parent = process.ppid;
  const poll = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(poll);
    gone();
  }, POLL_MS);
  poll.unref();
}
