/** POST /download: the check files of a day, streamed, with their length, hash and signature ahead of them. */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Response } from 'express';
import type pg from 'pg';
import type { Logger } from 'pino';
import { z } from 'zod';
import { dateOf } from './calendar.js';
import { makeCheckFile, readCheckFile, strayLine } from './checkfiles.js';
import type { CheckFile } from './checkfiles.js';
import { closeDay, fileTypes } from './closing.js';
import { DoorError, errors } from './errors.js';
import { fileDate, readAs } from './fields.js';
import { takeMode } from './hostility.js';
import type { Wire } from './wire.js';

/** A file with the text that is sent under its headers. */
interface Sending extends CheckFile { text: () => AsyncIterable<string> }

export interface DownloadSettings {
  pool: pg.Pool; wire: Wire; log: Logger; platformNo: string;
  /** Business time now, ms. */
  clock: () => Promise<number>;
  /** Settles the payouts that are due before a day is closed. */
  catchUp: () => Promise<void>;
}

const askedSchema = z.object({ fileDate, fileType: z.enum(fileTypes), nonce: z.string().max(64).default('') });

export function createDownload(settings: DownloadSettings): (fields: unknown, response: Response) => Promise<void> {
  const { pool, wire, platformNo } = settings;
  return async (fields, response) => {
    let nonce = '';
    try {
      const { serviceName, data } = wire.open(fields);
      if (serviceName !== 'DOWNLOAD_CHECKFILE') throw new DoorError('platform', `no service ${serviceName} at this door`);
      wire.mustBeNew(data);
      const asked = readAs(askedSchema, data);
      nonce = asked.nonce;
      await mustBeOver(asked.fileDate);
      const file = await makeCheckFile(pool, platformNo, asked.fileDate, asked.fileType);
      if (await takeMode(pool, 'file-extra-line', serviceName)) return await send(response, await withStray(file), nonce);
      const truncated = await takeMode(pool, 'file-truncated', serviceName);
      await send(response, { ...file, text: () => (truncated ? half(() => texts(file)) : texts(file)) }, nonce);
    } catch (error) {
      if (response.headersSent) throw error;
      refuse(response, error, nonce);
    }
  };

  async function mustBeOver(day: string): Promise<void> {
    const late = new DoorError('notFound', `the files of ${day} are not made yet`);
    if (day >= dateOf(await settings.clock())) throw late;
    if (await takeMode(pool, 'file-late', 'DOWNLOAD_CHECKFILE')) throw late;
    await settings.catchUp();
    if (!(await closeDay(pool, day))) throw late;
  }

  function texts(file: CheckFile): AsyncGenerator<string> {
    return textOf(readCheckFile(pool, platformNo, file.day, file.fileType));
  }

  async function withStray(file: CheckFile): Promise<Sending> {
    const text = (): AsyncGenerator<string> => followedBy(texts(file), strayLine(platformNo, file.day, file.fileType));
    const hash = createHash('sha256');
    for await (const part of text()) hash.update(part);
    return { ...file, lines: file.lines + 1, sha256: hash.digest('hex'), text };
  }

  async function send(response: Response, file: Sending, nonce: string): Promise<void> {
    const { keySerial, sign } = wire.attest([platformNo, file.fileType, file.day.replaceAll('-', ''), String(file.lines), file.sha256, nonce].join('|'));
    response.status(200).type('text/csv; charset=utf-8').set({ 'x-file-lines': String(file.lines), 'x-file-sha256': file.sha256, 'x-key-serial': keySerial, 'x-sign': sign });
    await pipeline(Readable.from(file.text()), response).catch((error: unknown) => {
      settings.log.warn({ err: error, day: file.day, fileType: file.fileType }, 'a check file was not fetched to its end');
    });
  }

  function refuse(response: Response, error: unknown, nonce: string): void {
    const known = error instanceof DoorError;
    if (!known) settings.log.error({ err: error }, 'a check file could not be made');
    const [errorCode, errorMessage] = known ? [error.errorCode, error.message] : [errors.system.errorCode, errors.system.text];
    response.status(known ? 200 : 500).json(wire.seal('DOWNLOAD_CHECKFILE', 'ANSWER', { code: '1', errorCode, errorMessage, nonce }));
  }
}

async function* textOf(parts: AsyncIterable<{ text: string }>): AsyncGenerator<string> {
  for await (const part of parts) yield part.text;
}

async function* followedBy(parts: AsyncIterable<string>, line: string): AsyncGenerator<string> {
  yield* parts;
  yield line;
}

/** The first half of the text, wherever that is. */
async function* half(text: () => AsyncIterable<string>): AsyncGenerator<string> {
  let left = 0;
  for await (const part of text()) left += part.length;
  left = Math.floor(left / 2);
  for await (const part of text()) {
    yield part.slice(0, left);
    left -= part.length;
    if (left <= 0) return;
  }
}
