import { z } from 'zod';
import type { BureauAnswer, Bureaus } from './port.js';
import { answerSchema, factsSchemas } from './answers.js';
import type { BureauName, FactsOf } from './answers.js';
import { sign, signatureHeader, signatureTrouble, timestampHeader } from './signature.js';

export interface BureausOptions {
  url: string;
  secret: string;
  timeoutMs: number;
  /** Wall clock in milliseconds. */
  now: () => number;
}

/** Answers are a few hundred bytes; anything much longer did not come from a bureau. */
const maxAnswerLength = 64 * 1_024;

/**
 * The bureaus over signed HTTP. Never throws: whatever is doubtful (silence, 5xx, a missing or wrong signature, facts in
 * another shape, an answer to another question) is `unavailable`, and a person looks at it.
 */
export function createBureaus(options: BureausOptions): Bureaus {
  const base = options.url.replace(/\/+$/, '');

  async function ask<B extends BureauName>(bureau: B, input: object & { reference: string }): Promise<BureauAnswer<FactsOf[B]>> {
    try {
      return await exchange(bureau, input);
    } catch (error) {
      return { status: 'unavailable', why: whyOf(error, options.timeoutMs) };
    }
  }

  async function exchange<B extends BureauName>(bureau: B, input: object & { reference: string }): Promise<BureauAnswer<FactsOf[B]>> {
    const body = JSON.stringify({ bureau, ...input });
    const timestamp = String(options.now());
    const response = await fetch(`${base}/${bureau}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', [timestampHeader]: timestamp, [signatureHeader]: sign(options.secret, timestamp, body) },
      body,
      signal: AbortSignal.timeout(options.timeoutMs),
    });
    const rawBody = await response.text();
    if (response.status !== 200) return { status: 'unavailable', why: `the bureau answered ${response.status}` };
    if (rawBody.length > maxAnswerLength) return { status: 'unavailable', why: 'the answer is too long' };
    const trouble = signatureTrouble({
      secret: options.secret, timestamp: response.headers.get(timestampHeader), signature: response.headers.get(signatureHeader),
      rawBody, now: options.now(),
    });
    if (trouble) return { status: 'unavailable', why: trouble };
    const answer = answerSchema.parse(JSON.parse(rawBody));
    // A signed answer to another question would pass the signature: it must name the bureau and the reference we asked with.
    if (answer.bureau !== bureau || answer.reference !== input.reference) return { status: 'unavailable', why: 'this answers another question' };
    return { status: 'answered', reportNo: answer.reportNo, facts: factsSchemas[bureau].parse(answer.facts) };
  }

  return {
    identity: (input) => ask('identity', input),
    carrier: (input) => ask('carrier', input),
    credit: (input) => ask('credit', input),
    court: (input) => ask('court', input),
    platforms: (input) => ask('platforms', input),
  };
}

/** Says what was wrong without repeating personal data from the answer. */
function whyOf(error: unknown, timeoutMs: number): string {
  if (error instanceof z.ZodError) return `the answer has another shape: ${error.issues.map((issue) => issue.path.join('.')).join(', ')}`;
  if (error instanceof SyntaxError) return 'the answer is not JSON';
  // By name: what `AbortSignal.timeout` throws is a DOMException.
  if ((error as { name?: unknown }).name === 'TimeoutError') return `no answer within ${timeoutMs} ms`;
  return 'the bureau cannot be reached';
}
