// Graphs of tasks as they come: one a line, with how long each task takes.
import { readFileSync } from 'node:fs';

export interface Task {
  readonly id: string;
  readonly seconds: number;
  readonly deps: readonly string[];
}

export interface TaskGraph {
  readonly id: string;
  /** What kind of graph it is, `shape:diamond`; the family is what stands before the colon. */
  readonly app: string;
  readonly tasks: readonly Task[];
  /** What the study's prototype found: whether the graph is series-parallel, and the states of its best plan. */
  readonly study?: { readonly sp: boolean; readonly latchTransitions: number };
}

export const familyOf = ({ app }: TaskGraph): string => app.split(':')[0] ?? app;

export const readGraphs = (file: string): readonly TaskGraph[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line, number) => graphOf(parsed(line, `${file}:${number + 1}`), `${file}:${number + 1}`));

const parsed = (line: string, at: string): Partial<TaskGraph> => {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw new Error(`${at}: expected one JSON object a line, found ${line.slice(0, 40)}`, { cause: error });
  }
};

const longestTask = 800;

/** The file is somebody else's: what is read of it is checked. */
const graphOf = (row: Partial<TaskGraph>, at: string): TaskGraph => {
  const { id, app, tasks, study } = row;
  if (!Array.isArray(tasks)) throw new Error(`${at}: expected { id, app, tasks: [{ id, seconds, deps }] }`);
  // A Lambda runs for 15 minutes at most: where a task is longer, all of the graph's are shortened alike.
  const longest = tasks.reduce((longest, { seconds = 1 }) => Math.max(longest, Number(seconds)), 0);
  const scale = longest > longestTask ? longestTask / longest : 1;
  const known = new Set(tasks.map((task) => String(task.id)));
  return {
    id: String(id ?? at),
    app: String(app ?? 'other'),
    tasks: tasks.map((task) => {
      const deps = (task.deps ?? []).map(String);
      const missing = deps.find((dep: string) => !known.has(dep));
      if (missing !== undefined) throw new Error(`${at}: ${task.id} depends on ${missing}, which is not a task`);
      return { id: String(task.id), seconds: Number(task.seconds ?? 1) * scale, deps };
    }),
    ...(study ? { study } : {}),
  };
};

export const millisecondsOf = ({ seconds }: Task): number => Math.max(1, Math.round(seconds * 1_000));

/** Tasks in an order in which each comes after its dependencies. */
export const inOrder = ({ id, tasks }: TaskGraph): readonly Task[] => {
  const missing = new Map(tasks.map((task) => [task.id, new Set(task.deps).size]));
  const followers = new Map<string, Task[]>(tasks.map((task) => [task.id, []]));
  for (const task of tasks) for (const dep of new Set(task.deps)) followers.get(dep)?.push(task);
  const order = tasks.filter((task) => missing.get(task.id) === 0);
  for (const done of order) {
    for (const follower of followers.get(done.id) ?? []) {
      const left = (missing.get(follower.id) ?? 0) - 1;
      missing.set(follower.id, left);
      if (left === 0) order.push(follower);
    }
  }
  if (order.length < tasks.length) throw new Error(`${id} has a cycle`);
  return order;
};

const most = (values: Iterable<number>): number => {
  let found = 0;
  for (const value of values) if (value > found) found = value;
  return found;
};

/** How long the graph must take, in milliseconds, however many workers there are. */
export const criticalPathOf = (graph: TaskGraph): number => {
  const ends = new Map<string, number>();
  for (const task of inOrder(graph))
    ends.set(task.id, most(task.deps.map((dep) => ends.get(dep) ?? 0)) + millisecondsOf(task));
  return most(ends.values());
};

/** What a compiler makes of it that cuts the graph into waves: how long a run takes, and the states that it enters. */
export const wavesOf = (graph: TaskGraph): { readonly milliseconds: number; readonly transitions: number } => {
  const ranks = new Map<string, number>();
  const longest: number[] = [];
  const sizes: number[] = [];
  for (const task of inOrder(graph)) {
    const rank = most(task.deps.map((dep) => (ranks.get(dep) ?? 0) + 1));
    ranks.set(task.id, rank);
    longest[rank] = Math.max(longest[rank] ?? 0, millisecondsOf(task));
    sizes[rank] = (sizes[rank] ?? 0) + 1;
  }
  return {
    milliseconds: longest.reduce((sum, time) => sum + time, 0),
    transitions: graph.tasks.length + sizes.filter((size) => size > 1).length,
  };
};
