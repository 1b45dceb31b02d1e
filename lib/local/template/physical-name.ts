import { createHash } from 'node:crypto';

/** What a resource type allows in a name. */
export type NameRule = {
  /** Characters. */
  readonly longest: number;
  readonly lowerCase?: boolean;
  /** Characters that become a hyphen. @default all but letters, digits, hyphen and underscore */
  readonly replaced?: RegExp;
  /** Always with the hash: of a logical id of which characters are replaced. @default only where the name is too long */
  readonly hashed?: boolean;
};

/** `<stack>-<logicalId>`, shortened with a hash of the whole: the same for the same resource every time. */
export const physicalName = (stack: string, logicalId: string, rule: NameRule): string => {
  const full = `${stack}-${logicalId}`;
  const replaced = rule.lowerCase ? /[^a-z0-9-]/g : (rule.replaced ?? /[^\w-]/g);
  const name = (rule.lowerCase ? full.toLowerCase() : full).replace(replaced, '-');
  if (name.length <= rule.longest && !rule.hashed) return name;
  const hash = createHash('sha256').update(full).digest('hex').slice(0, 8);
  return `${name.slice(0, rule.longest - 9)}-${hash}`;
};
