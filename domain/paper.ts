/** A paper that somebody hands in as a file: what it may be, told by its own first bytes and not by its name. */

export type MediaType = 'application/pdf' | 'image/png' | 'image/jpeg';
export const longestPaperBytes = 5 * 1_024 * 1_024;

const beginnings: readonly [MediaType, readonly number[]][] = [
  ['application/pdf', [0x25, 0x50, 0x44, 0x46, 0x2d]],
  ['image/png', [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
  ['image/jpeg', [0xff, 0xd8, 0xff]],
];

export type PaperRefusal = 'paper-missing' | 'paper-too-large' | 'paper-unreadable';

/** The kind of file, or why it is not taken. */
export function readPaper(content: Uint8Array): { mediaType: MediaType } | { refused: PaperRefusal } {
  if (content.length === 0) return { refused: 'paper-missing' };
  if (content.length > longestPaperBytes) return { refused: 'paper-too-large' };
  const found = beginnings.find(([, bytes]) => bytes.every((byte, place) => content[place] === byte));
  return found ? { mediaType: found[0] } : { refused: 'paper-unreadable' };
}
