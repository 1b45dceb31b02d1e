/** The state of a run or of a stage in it. The README's glossary says what each means. */
export const statuses = ['pending', 'running', 'waiting', 'completed', 'failed', 'skipped', 'cancelled'] as const;
export type Status = (typeof statuses)[number];
