/** A person on the bank's own pages, for the bank's tests: carried there by a signed form, typing, pressing the button. */
import type { Counter } from './counter.js';

export interface WalkIn {
  /** What the page says, without its tags. */
  said: string;
  status: number;
  /** Presses the button. @returns what the page then says, and the signed way back when the visit has ended */
  press(typed: Record<string, string>): Promise<{ said: string; status: number; back: Record<string, unknown> | null }>;
}

export async function walkIn(at: Counter, serviceName: string, data: Record<string, unknown>): Promise<WalkIn> {
  const arrival = await at.post('/gateway', serviceName, { redirectUrl: 'http://platform.example/return', ...data });
  const location = arrival.headers.get('location');
  if (!location) return { said: plain(await arrival.text()), status: arrival.status, press: () => Promise.reject(new Error('the person was turned away at the door')) };
  const address = new URL(location, at.bank.url).href;
  const shown = await fetch(address);
  return {
    said: plain(await shown.text()), status: shown.status,
    async press(typed) {
      const answer = await fetch(address, { method: 'POST', body: new URLSearchParams({ decision: 'confirm', ...typed }) });
      const text = await answer.text();
      return { said: plain(text), status: answer.status, back: wayBack(text) };
    },
  };
}

const plain = (html: string): string => html.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ');

function wayBack(html: string): Record<string, unknown> | null {
  const sealed = /name="respData" value="([^"]*)"/.exec(html)?.[1];
  return sealed === undefined ? null : (JSON.parse(sealed.replaceAll('&quot;', '"').replaceAll('&amp;', '&')) as Record<string, unknown>);
}
