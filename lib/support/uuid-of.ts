import { sha256 } from './sha256.ts';

/** The same UUID for the same text: version 8 of RFC 9562, bits of a SHA-256. */
export const uuidOf = (text: string): string => {
  const hex = sha256(text);
  const variant = ((Number.parseInt(hex[16] ?? '0', 16) & 0x3) | 0x8).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
};
