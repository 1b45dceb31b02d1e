/** A dead letter of `orders` as the ledger takes it. */
export const letter = (run: string, stage: string, item?: number) => ({
  pipeline: 'orders',
  run,
  partition: '2026-01-01',
  stage,
  ...(item === undefined ? {} : { item }),
  error: 'E',
  cause: 'c',
  attempts: 1,
  firstAt: 'now',
  lastAt: 'now',
  definitionHash: 'abc',
  generation: 1,
});
