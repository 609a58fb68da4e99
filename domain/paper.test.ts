import { longestPaperBytes, readPaper } from './paper.js';

const bytes = (text: string) => Uint8Array.from([...text].map((character) => character.charCodeAt(0)));

it('takes PDF, PNG and JPEG by what they are, whatever they are called', () => {
  expect(readPaper(bytes('%PDF-1.7 …'))).toEqual({ mediaType: 'application/pdf' });
  expect(readPaper(bytes('\x89PNG\r\n\x1a\n…'))).toEqual({ mediaType: 'image/png' });
  expect(readPaper(bytes('\xff\xd8\xff\xe0'))).toEqual({ mediaType: 'image/jpeg' });
});

it('takes no page, program or text', () => {
  for (const text of ['<html>', 'MZ\x90', 'GIF89a', ' %PDF-1.7', '%PDF', 'PK\x03\x04']) expect(readPaper(bytes(text))).toEqual({ refused: 'paper-unreadable' });
});

it('takes nothing empty and nothing over five megabytes', () => {
  expect(readPaper(new Uint8Array())).toEqual({ refused: 'paper-missing' });
  const large = new Uint8Array(longestPaperBytes + 1);
  large.set(bytes('%PDF-'));
  expect(readPaper(large)).toEqual({ refused: 'paper-too-large' });
  expect(readPaper(large.subarray(0, longestPaperBytes))).toEqual({ mediaType: 'application/pdf' });
});
