// The runs that are under way, in arrays of numbers that are used again.

export interface Runs {
  /** A run that is asked for. */
  make(pipeline: number, askedAt: number): number;
  drop(run: number): void;
  pipelineOf(run: number): number;
  /** Counts all runs, over all time. */
  numberOf(run: number): number;
  askedAt(run: number): number;
  /** Counts that it was put back. */
  again(run: number): number;
  fail(run: number): void;
  hasFailed(run: number): boolean;
  /** So many steps are to end. */
  open(run: number, steps: number): void;
  /** A step has ended; gives how many are to end still. */
  close(run: number): number;
  /** How many steps one waits for. */
  needs(run: number, step: number, count: number): void;
  /** One of them has ended; gives how many are left. */
  meet(run: number, step: number): number;
  /** Calls of a step that are to end. */
  left(run: number, step: number, count: number): void;
  endOne(run: number, step: number): number;
  /** Calls of a step that have no room yet. */
  toBegin(run: number, step: number, count: number): void;
  /** Whether there was one, which begins now. */
  beginNext(run: number, step: number): boolean;
  /** Writes under the run's own key; gives how many there were within the second. */
  wrote(run: number, second: number, count: number): number;
}

const grown = <A extends Float64Array<ArrayBuffer> | Int32Array<ArrayBuffer>>(array: A, made: A): A => {
  made.set(array);
  return made;
};

export const runStore = (steps: number): Runs => {
  let room = 1_024;
  let used = 0;
  let made = 0;
  const free: number[] = [];
  let asked = new Float64Array(room);
  /** Of each run: pipeline, number, puts back, failed, open steps, second, writes. */
  const fields = 7;
  let facts = new Float64Array(room * fields);
  /** Of each run and step: needs, left, to begin. */
  const perStep = 3;
  let states = new Int32Array(room * steps * perStep);

  const grow = (): void => {
    room *= 2;
    asked = grown(asked, new Float64Array(room));
    facts = grown(facts, new Float64Array(room * fields));
    states = grown(states, new Int32Array(room * steps * perStep));
  };
  const placeOf = (run: number, step: number): number => (run * steps + step) * perStep;
  const add = (place: number, count: number): number => {
    const now = (facts[place] as number) + count;
    facts[place] = now;
    return now;
  };
  const addTo = (place: number, count: number): number => {
    const now = (states[place] as number) + count;
    states[place] = now;
    return now;
  };

  return {
    make: (pipeline, askedAt) => {
      const run = free.pop() ?? used++;
      if (run >= room) grow();
      asked[run] = askedAt;
      facts.fill(0, run * fields, (run + 1) * fields);
      facts[run * fields] = pipeline;
      facts[run * fields + 1] = made++;
      return run;
    },
    drop: (run) => {
      free.push(run);
    },
    pipelineOf: (run) => facts[run * fields] as number,
    numberOf: (run) => facts[run * fields + 1] as number,
    askedAt: (run) => asked[run] as number,
    again: (run) => add(run * fields + 2, 1),
    fail: (run) => {
      facts[run * fields + 3] = 1;
    },
    hasFailed: (run) => facts[run * fields + 3] === 1,
    open: (run, count) => {
      facts[run * fields + 4] = count;
    },
    close: (run) => add(run * fields + 4, -1),
    needs: (run, step, count) => {
      states[placeOf(run, step)] = count;
    },
    meet: (run, step) => addTo(placeOf(run, step), -1),
    left: (run, step, count) => {
      states[placeOf(run, step) + 1] = count;
    },
    endOne: (run, step) => addTo(placeOf(run, step) + 1, -1),
    toBegin: (run, step, count) => {
      states[placeOf(run, step) + 2] = count;
    },
    beginNext: (run, step) => {
      const place = placeOf(run, step) + 2;
      if ((states[place] as number) === 0) return false;
      addTo(place, -1);
      return true;
    },
    wrote: (run, second, count) => {
      const place = run * fields + 5;
      if (facts[place] !== second) {
        facts[place] = second;
        facts[place + 1] = 0;
      }
      return add(place + 1, count);
    },
  };
};
