// A service as a table of its operations: what is not in the table is refused by name.
import { notImplemented, type Service, type ServiceId, type Shape } from './service.ts';

/** One API operation. `gone` and `held` are as of `Service.call`. Throws AwsError. */
export type Operation = (input: Shape, gone?: AbortSignal, held?: true) => Shape | Promise<Shape>;

/** Operations by name, in Pascal case as the AWS API reference spells them. */
export type OperationTable = { readonly [operation: string]: Operation };

/**
 * The `call` of a service: finds the operation or throws `notImplemented`. `more` gives the rest of the table, asked for once, when it is needed.
 * `check` throws for a request that no operation of that name takes.
 */
export const callFrom = (
  id: ServiceId,
  operations: OperationTable,
  more?: () => OperationTable,
  check?: (operation: string, input: Shape) => void,
): Service['call'] => {
  const known = new Map(Object.entries(operations));
  let rest = more;
  const find = (operation: string): Operation | undefined => {
    const run = known.get(operation);
    if (run || !rest) return run;
    for (const [name, other] of Object.entries(rest())) known.set(name, other);
    rest = undefined;
    return known.get(operation);
  };
  return (operation, input, gone, held) => {
    try {
      const run = find(operation);
      if (!run) throw notImplemented(id, operation);
      check?.(operation, input);
      const answer = run(input, gone, held);
      return answer instanceof Promise ? answer : Promise.resolve(answer);
    } catch (thrown) {
      return Promise.reject(thrown);
    }
  };
};
