import { createHash, randomBytes } from 'node:crypto';
import express from 'express';
import type { Request, Response, Router } from 'express';
import type { Pool } from 'pg';
import { z } from 'zod';
import { deriveFacts } from './derived.js';
import { bureauNames, factsSchemas } from './facts.js';
import type { BureauName } from './facts.js';
import { findOutage, findOverrides, findReport, storeReport } from './files.js';
import type { OutageMode, ReportRow } from './files.js';
import { isSigned, sign, signatureHeader, timestampHeader } from './signature.js';

export interface CounterParts {
  database: Pool; secret: string; wallNow: () => number; businessNow: () => Promise<number>;
  /** How late an answer comes in the mode `slow`, wall milliseconds. */
  slowMs: number;
}

const name = z.string().trim().min(1).max(100);
const base = { bureau: z.enum(bureauNames).optional(), reference: z.string().min(1).max(200), idNumber: z.string().regex(/^\d{17}[\dXx]$/).transform((text) => text.toUpperCase()) };

/** What must be asked. `bureau` may repeat the address, so that a signed question cannot be carried to another counter. */
const questions = {
  identity: z.strictObject({ ...base, name }),
  carrier: z.strictObject({ ...base, name, mobile: z.string().regex(/^(\+86)?1[3-9]\d{9}$/).transform((text) => text.slice(-11)) }),
  credit: z.strictObject({ ...base, name }),
  court: z.strictObject({ ...base, name }),
  platforms: z.strictObject({ ...base }),
};

/** Where the platform asks: `POST /identity`, `/carrier`, `/credit`, `/court`, `/platforms`, signed both ways. */
export function createCounter(parts: CounterParts): Router {
  const counter = express.Router();
  const raw = express.text({ type: () => true, limit: '16kb' });
  for (const bureau of bureauNames) {
    counter.post(`/${bureau}`, raw, async (request, response) => {
      const mode = await findOutage(parts.database, bureau);
      if (mode === 'down') { response.status(503).json({ error: 'down', message: 'The bureau is out of service.' }); return; }
      if (mode === 'slow') await pause(parts.slowMs, response);
      await answerQuestion(parts, bureau, mode, request, response);
    });
  }
  return counter;
}

async function answerQuestion(parts: CounterParts, bureau: BureauName, mode: OutageMode, request: Request, response: Response): Promise<void> {
  const rawBody = typeof request.body === 'string' ? request.body : '';
  if (!isSigned(parts.secret, request.headers, rawBody, parts.wallNow())) {
    send(parts, mode, response, 401, { error: 'bad-signature', message: 'The question is not signed with our secret, or its timestamp is more than five minutes off.' });
    return;
  }
  const read = questions[bureau].safeParse(jsonOf(rawBody));
  if (!read.success || (read.data.bureau ?? bureau) !== bureau) {
    const fields = read.success ? ['bureau'] : read.error.issues.map((issue) => issue.path.join('.'));
    send(parts, mode, response, 422, { error: 'invalid-question', message: `These fields are missing or wrong: ${fields.join(', ')}.` });
    return;
  }
  const report = await reportOn(parts, bureau, read.data);
  if (report === null) {
    send(parts, mode, response, 409, { error: 'reference-reused', message: 'This reference belongs to another question.' });
    return;
  }
  send(parts, mode, response, 200, {
    bureau, reference: report.reference, reportNo: report.report_no, at: new Date(report.business_at).toISOString(), facts: report.facts,
  });
}

/** The same reference gives the same report again; for another question it gives none. */
async function reportOn(parts: CounterParts, bureau: BureauName, asked: { reference: string; idNumber: string; mobile?: string }): Promise<ReportRow | null> {
  const { reference } = asked;
  const content = Object.entries(asked).filter(([field]) => field !== 'bureau' && field !== 'reference').sort();
  const question = createHash('sha256').update(JSON.stringify(content)).digest('hex');
  const earlier = await findReport(parts.database, bureau, reference);
  const report = earlier ?? await writeReport(parts, bureau, { reference, question, idNumber: asked.idNumber, mobile: asked.mobile });
  return report.question === question ? report : null;
}

async function writeReport(
  parts: CounterParts, bureau: BureauName, asked: { reference: string; question: string; idNumber: string; mobile: string | undefined },
): Promise<ReportRow> {
  const asOf = await parts.businessNow();
  const overrides = await findOverrides(parts.database, asked.idNumber);
  const facts = { ...deriveFacts(bureau, { idNumber: asked.idNumber, mobile: asked.mobile, asOf }), ...overrides[bureau] };
  return storeReport(parts.database, {
    bureau, reference: asked.reference, question: asked.question, id_number: asked.idNumber, business_at: asOf,
    report_no: `${bureau.slice(0, 2).toUpperCase()}${new Date(asOf).toISOString().slice(0, 10).replaceAll('-', '')}${randomBytes(5).toString('hex').toUpperCase()}`,
    facts: factsSchemas[bureau].parse(facts),
  });
}

function send(parts: CounterParts, mode: OutageMode, response: Response, status: number, body: object): void {
  const rawBody = JSON.stringify(body);
  const timestamp = String(parts.wallNow());
  const signature = sign(mode === 'bad-signature' ? `${parts.secret}?` : parts.secret, timestamp, rawBody);
  response.status(status).set(timestampHeader, timestamp).set(signatureHeader, signature).type('json').send(rawBody);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Ends early when the asker has gone. */
function pause(ms: number, response: Response): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    response.once('close', () => { clearTimeout(timer); resolve(); });
  });
}
