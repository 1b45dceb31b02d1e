import type { EngineContext, Shape } from '../service.ts';
import type { Assets } from './assembly.ts';
import { type NameRule, physicalName } from './physical-name.ts';

/** A resource of a template, its properties evaluated. */
export type Resource = {
  readonly stack: string;
  readonly logicalId: string;
  readonly type: string;
  readonly properties: Shape;
  readonly assets: Assets;
  /** ARNs of the functions that stand in for what states of a machine call, by the names of the states. */
  readonly standIns: { readonly [state: string]: string };
};

/** A resource that the engine runs. */
export type Provisioned = {
  /** Names it within its service. */
  readonly physicalId: string;
  /** What `Ref` gives. @default the physical id */
  readonly ref?: string;
  readonly arn?: string;
  /** What `Fn::GetAtt` gives, by attribute name. */
  readonly attributes: Shape;
  /** What of it is not here as it is on AWS: one line each. */
  readonly notices?: readonly string[];
};

/** How one resource type comes to be in the engine. Handlers only make API calls, so anything they do a client could do. */
export interface ResourceHandler {
  /** Properties that the engine acts on. */
  readonly applied: readonly string[];
  /** Properties that change nothing here (access, encryption, retention, tags). All others are refused by name. */
  readonly accepted: readonly string[];
  /** Creates the resource, or brings it up to date. Applying it again changes nothing. */
  apply(resource: Resource, context: EngineContext): Promise<Provisioned>;
  /** Removes it when it left the template. Absent where it holds data: that stays. */
  remove?(gone: Provisioned, context: EngineContext): Promise<void>;
}

/** The name that the template gives under `property`, or one from stack and logical id. */
export const nameOf = (resource: Resource, property: string, rule: NameRule): string => {
  const given = resource.properties[property];
  return typeof given === 'string' ? given : physicalName(resource.stack, resource.logicalId, rule);
};

/** The named properties that the template has. */
export const pick = (properties: Shape, names: readonly string[]): Shape =>
  Object.fromEntries(names.filter((name) => properties[name] !== undefined).map((name) => [name, properties[name]]));
