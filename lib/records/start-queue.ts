/** How messages are taken off the start queue: lib/constructs deploys it so, and a simulation lays its load on it. */
export const startQueue = {
  /** Calls of dispatch at once. */
  consumers: 10,
  /** Messages that one call gets at most; it takes them one after the other. */
  batch: 10,
  /** A message that is handed out the so-manyth time and fails again is told to a person, whether a further try may mend it or not. */
  toldAfter: 5,
  /**
   * One that was handed out so often is a dead letter. Where Lambda has no room for dispatch itself, each visibility timeout counts, though
   * nobody has tried the message: an hour of that loses nothing. One that a service throttled comes back as a new message.
   */
  receives: 20,
  /** One that is handed out is seen by nobody else for so long: six times the function's timeout, as Lambda asks. */
  visibilitySeconds: 180,
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

/**
 * The attributes of a message of a user's queue that comes again by way of the start queue, as nobody could tell yet what it asks for:
 * its queue, and when it was sent. `replayAttributes.messageId` is its id there.
 */
export const carriedAttributes = { queue: 'HEDDLE_QUEUE', sentAt: 'HEDDLE_SENT_AT' } as const;

/** A consumer reads the manifest of a pipeline again after so long. */
export const manifestKeptSeconds = 300;
