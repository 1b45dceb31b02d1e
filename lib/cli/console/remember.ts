/** Keeps a value under its name; of more than `most` names, the one that was kept first is forgotten. */
export const remember = <Value>(memory: Map<string, Value>, name: string, value: Value, most: number): void => {
  const [oldest] = memory.keys();
  if (memory.size >= most && oldest !== undefined && !memory.has(name)) memory.delete(oldest);
  memory.set(name, value);
};
