// One thread of states: the whole machine, a branch of a Parallel, or one iteration of a Map.
import type { Shape } from '../../service.ts';
import type { Variables } from '../expressions/scope.ts';
import type { JsonObject } from '../json.ts';
import type { Sequence } from '../parse/machine.ts';
import type { Execution } from './execution.ts';
import type { Lifetime } from './lifetime.ts';

export interface FrameOptions {
  readonly id: number;
  readonly sequence: Sequence;
  readonly variables: Variables;
  /** What they take at most, in bytes. @default unknown */
  readonly variableBytes?: number;
  readonly lifetime: Lifetime;
  /** Id of the event that the first one of this frame follows. */
  readonly cursor: number;
  /** The `Map` part of the context object, in an iteration. */
  readonly map?: JsonObject | undefined;
}

export class Frame {
  // `declare`: a field that is defined before the constructor sets it is written twice, and there is a frame an iteration.
  declare readonly execution: Execution;
  declare readonly id: number;
  declare readonly sequence: Sequence;
  declare readonly lifetime: Lifetime;
  declare readonly map: JsonObject | undefined;
  declare variables: Variables;
  /** What they take at most: those that were assigned anew are counted twice until it matters. */
  declare variableBytes: number;
  /** Id of the last event of this frame: what the next one follows. */
  declare cursor: number;
  /** The type of the state that it is in, for the Aborted event; undefined between states. */
  declare inside: string | undefined;

  constructor(execution: Execution, options: FrameOptions) {
    this.execution = execution;
    this.id = options.id;
    this.sequence = options.sequence;
    this.lifetime = options.lifetime;
    this.map = options.map;
    this.variables = options.variables;
    this.variableBytes = options.variableBytes ?? Number.POSITIVE_INFINITY;
    this.cursor = options.cursor;
    this.inside = undefined;
  }

  /** Appends an event that the next one of this frame follows. Throws Ended, as all that writes here, once its lifetime is over. */
  event(type: string, details?: Shape, memo?: Shape): number {
    this.lifetime.check();
    this.cursor = this.execution.event(this.id, type, this.cursor, details, memo);
    return this.cursor;
  }

  /** Appends an event that the next one does not follow (AWS: MapIterationSucceeded, MapStateSucceeded, ...). */
  aside(type: string, details?: Shape, previous = this.cursor): number {
    this.lifetime.check();
    return this.execution.event(this.id, type, previous, details);
  }

  note(note: string, memo: Shape): void {
    this.lifetime.check();
    this.execution.note(this.id, note, memo);
  }
}
