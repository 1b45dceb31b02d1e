// What ends a program that is to end in order.

/** A signal to the whole group of processes comes twice, as bin/run.mjs passes on what it got: within this time it is one. */
const twiceMs = 1_000;

/** Calls `stop` at the first signal. A later one, of somebody who does not want to wait, ends the program at once. */
export const onStop = (stop: () => void): void => {
  let first: number | undefined;
  const onSignal = (code: number): void => {
    if (first === undefined) {
      first = performance.now();
      stop();
    } else if (performance.now() - first > twiceMs) process.exit(code);
  };
  process.on('SIGINT', () => onSignal(130));
  process.on('SIGTERM', () => onSignal(143));
};
