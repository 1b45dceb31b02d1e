/** A version 4 UUID from an injected random source, so that seeded runs repeat. */
export const uuidFrom = (random: () => number): string => {
  const hex = (count: number) => {
    let digits = '';
    while (digits.length < count)
      digits += Math.floor(random() * 0x1_0000)
        .toString(16)
        .padStart(4, '0');
    return digits.slice(0, count);
  };
  const variant = '89ab'[Math.floor(random() * 4)];
  return `${hex(8)}-${hex(4)}-4${hex(3)}-${variant}${hex(3)}-${hex(12)}`;
};
