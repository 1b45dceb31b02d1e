const HEX = '0123456789abcdef';

/** A version 4 UUID from the engine's own random source (numbers in [0, 1)), so that a seeded run repeats its ids. */
export const uuid = (random: () => number): string => {
  const hex = (digits: number): string => {
    let text = '';
    while (text.length < digits) text += HEX.charAt(Math.floor(random() * 16));
    return text;
  };
  const variant = '89ab'.charAt(Math.floor(random() * 4));
  return `${hex(8)}-${hex(4)}-4${hex(3)}-${variant}${hex(3)}-${hex(12)}`;
};
