import type { Payload } from '../json.ts';
import type { Frame } from './frame.ts';
import type { FrameProgress } from './visit.ts';

/** Runs a frame to its end: what a Parallel and a Map need of the walk that runs them. */
export type RunFrame = (frame: Frame, input: Payload, resumed?: FrameProgress) => Promise<Payload>;
