import { BlockList, isIP } from 'node:net';
import { PatternError } from './pattern-error.ts';

/** A test for an IPv4 or IPv6 block such as `10.0.0.0/24`. */
export const cidrTest = (block: string): ((value: unknown) => boolean) => {
  const [address = '', bits = ''] = block.split('/');
  const version = isIP(address);
  if (version === 0 || !/^\d+$/.test(bits) || Number(bits) > (version === 4 ? 32 : 128))
    throw new PatternError(`Malformed CIDR, one '/' and a valid address required: ${block}`);
  const family = (ip: number) => (ip === 4 ? 'ipv4' : 'ipv6');
  const blocks = new BlockList();
  blocks.addSubnet(address, Number(bits), family(version));
  return (value) => typeof value === 'string' && isIP(value) === version && blocks.check(value, family(version));
};
