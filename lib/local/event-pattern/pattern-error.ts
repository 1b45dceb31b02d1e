/** An event pattern that AWS would refuse. Each service wraps it in its own error name. */
export class PatternError extends Error {
  constructor(reason: string) {
    super(`Event pattern is not valid. Reason: ${reason}`);
    this.name = 'PatternError';
  }
}
