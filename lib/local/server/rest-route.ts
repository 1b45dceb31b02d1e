// How a path of a REST-JSON API becomes an operation.
import type { Shape } from '../service.ts';
import type { WireRequest, WireResponse } from './wire.ts';

/** One operation of a REST-JSON API. A part of the path in capitals is a field of the input. */
export interface RestRoute {
  readonly operation: string;
  readonly method: string;
  readonly path: string;
  /** Query parameter -> input field. */
  readonly query?: Readonly<Record<string, string>>;
  readonly status?: number;
  /** Where the body or the headers are not plain JSON. */
  readonly input?: (request: WireRequest) => Shape;
  readonly output?: (output: Shape) => WireResponse;
}
