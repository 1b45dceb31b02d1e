const form = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;

/** A moment in ISO 8601 with its zone, in milliseconds since the epoch; undefined for anything else. */
export const momentOf = (value: unknown): number | undefined => {
  if (typeof value !== 'string' || !form.test(value)) return undefined;
  const ms = Date.parse(value);
  return Number.isNaN(ms) ? undefined : ms;
};
