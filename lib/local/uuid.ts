/** Four hexadecimal digits. No more at a time: of a number above 2^31 the digits take far longer. */
const digits = (random: () => number): string => (Math.floor(random() * 65_536) + 65_536).toString(16).slice(1);

/** A version 4 UUID from the engine's own random source (numbers in [0, 1)), so that a seeded run repeats its ids. */
export const uuid = (random: () => number): string => {
  const four = (): string => digits(random);
  const version = `4${four().slice(1)}`;
  const variant = `${'89ab'.charAt(Math.floor(random() * 4))}${four().slice(1)}`;
  return `${four()}${four()}-${four()}-${version}-${variant}-${four()}${four()}${four()}`;
};
