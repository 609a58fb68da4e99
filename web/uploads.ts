/** Files that come with a form (multipart/form-data), read by Node's own parser before the form's token is looked at. */
import express, { type Request, type RequestHandler, type Response } from 'express';
import { longestPaperBytes } from '../domain/paper.js';
import { PageError } from './errors.js';
import { visitOf } from './visit.js';

/** One file of the longest kind, and the fields beside it. */
const largestBody = longestPaperBytes + 256 * 1_024;
const raw = express.raw({ type: 'multipart/form-data', limit: largestBody });

/** Fields become the body as those of any form; files are found with {@link uploadedFile}. A stranger's files are not read. */
export const readUploads: RequestHandler = (request, response, next) => {
  if (!request.is('multipart/form-data') || !visitOf(response).person) return next();
  raw(request, response, (error?: unknown) => (error ? next(error) : void unpack(request, response).then(() => next(), next)));
};

async function unpack(request: Request, response: Response): Promise<void> {
  const files = new Map<string, Buffer>();
  const fields: Record<string, string> = {};
  for (const [name, value] of await entriesOf(request)) {
    if (typeof value === 'string') fields[name] ??= value;
    else if (!files.has(name)) files.set(name, Buffer.from(await value.arrayBuffer()));
  }
  request.body = fields;
  response.locals['uploads'] = files;
}

async function entriesOf(request: Request): Promise<[string, FormDataEntryValue][]> {
  try {
    const form = await new globalThis.Response(new Uint8Array(request.body as Buffer), { headers: { 'content-type': request.get('content-type') ?? '' } }).formData();
    return [...form.entries()];
  } catch {
    throw new PageError(400, { code: 'unreadable-request', title: 'The form could not be read', why: 'What arrived is not what a browser sends. Nothing was done.', next: 'Load the page again and use its own form.' });
  }
}

type FormDataEntryValue = string | { arrayBuffer(): Promise<ArrayBuffer> };

/** A file that came with the form; empty where none was chosen. */
export function uploadedFile(response: Response, name: string): Buffer {
  return (response.locals['uploads'] as Map<string, Buffer> | undefined)?.get(name) ?? Buffer.alloc(0);
}
