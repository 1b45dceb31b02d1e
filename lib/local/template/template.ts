import { isShape } from '../field-reader.ts';
import type { Shape } from '../service.ts';
import type { Stack } from './assembly.ts';
import { physicalName } from './physical-name.ts';
import { templateError } from './problem.ts';

/** A resource as the template writes it. */
export type ResourceText = {
  readonly logicalId: string;
  readonly type: string;
  readonly properties: Shape;
  readonly dependsOn: readonly string[];
  readonly condition: string | undefined;
  /** Logical ids of functions that stand in for what states of a machine call, by the names of the states. */
  readonly standIns: { readonly [state: string]: string };
  /** Stays when it leaves the template. */
  readonly isRetained: boolean;
};

/** The objects of a section of the template, by name; a section that is absent is empty. */
export const sectionOf = (template: Shape, section: string): { readonly [name: string]: Shape } => {
  const found = template[section];
  const entries = Object.entries(isShape(found) ? found : {});
  return Object.fromEntries(entries.filter((entry): entry is [string, Shape] => isShape(entry[1])));
};

const KNOWN_SECTIONS = [
  'AWSTemplateFormatVersion',
  'Conditions',
  'Description',
  'Mappings',
  'Metadata',
  'Outputs',
  'Parameters',
  'Resources',
  'Rules',
];

/** The resources of a stack, in the order of the template. Throws HDL514 for a section such as Transform. */
export const resourcesOf = ({ name, template }: Stack): readonly ResourceText[] => {
  const strange = Object.keys(template).filter((section) => !KNOWN_SECTIONS.includes(section));
  if (strange.length > 0)
    throw templateError(
      name,
      `the section ${strange.join(', ')}`,
      `only ${KNOWN_SECTIONS.join(', ')}`,
      'deploy this stack to AWS, or write it without that section.',
    );
  return Object.entries(sectionOf(template, 'Resources')).flatMap(([logicalId, text]) => {
    const condition = typeof text.Condition === 'string' ? text.Condition : undefined;
    const functions = Object.entries(standInsOf(text)).map(([state, given]) => {
      const id = `${logicalId}.${state}`;
      const properties = { FunctionName: physicalName(name, id, { longest: 64, hashed: true }), ...given };
      const standIn = { state, logicalId: id, type: 'AWS::Lambda::Function', properties };
      return { ...standIn, dependsOn: [], condition, standIns: {}, isRetained: false };
    });
    return [
      ...functions,
      {
        logicalId,
        type: String(text.Type),
        properties: isShape(text.Properties) ? text.Properties : {},
        dependsOn: (Array.isArray(text.DependsOn) ? text.DependsOn : [text.DependsOn ?? []]).flat().map(String),
        condition,
        standIns: Object.fromEntries(functions.map((one) => [one.state, one.logicalId])),
        isRetained: /^Retain/.test(String(text.DeletionPolicy)), // or RetainExceptOnCreate
      },
    ];
  });
};

/** Functions that this engine alone makes: their properties, by the state of the machine that is to call them instead. */
const standInsOf = ({ Metadata: metadata }: Shape): { readonly [state: string]: Shape } =>
  sectionOf(isShape(metadata) ? metadata : {}, 'LocalStandIns');
