/** A schedule expression that AWS would refuse. Each service wraps it in its own error name. */
export class ScheduleError extends Error {
  constructor(reason: string) {
    super(`Parameter ScheduleExpression is not valid: ${reason}`);
    this.name = 'ScheduleError';
  }
}
