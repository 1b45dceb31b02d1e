/** How messages are taken off the start queue: lib/constructs deploys it so, and a simulation lays its load on it. */
export const startQueue = {
  /** Calls of dispatch at once. */
  consumers: 10,
  /** Messages that one call gets at most; it takes them one after the other. */
  batch: 10,
  /** A message that failed so often is a dead letter. One that was throttled did not fail: it comes back as a new one. */
  receives: 5,
  /** One that was throttled comes back after a share of this, by chance, … */
  firstPauseSeconds: 10,
  /** … of twice as much each time, and of this at most. */
  longestPauseSeconds: 300,
} as const;

/**
 * The attribute of a message that comes again after it was throttled: how often, and since when. One, for SQS takes ten, and an event
 * that could not be delivered and was sent again by a person has nine.
 */
export const throttledAttribute = 'HEDDLE_THROTTLED';

/** A consumer reads the manifest of a pipeline again after so long. */
export const manifestKeptSeconds = 300;
