import { mobile } from '../../domain/identity.js';
import type { ProfileId } from '../../domain/regulation.js';
import type { Input } from '../input.js';

/** A phone as typed, in the form in which it is kept: eleven digits on the mainland, `+…` elsewhere (not under `cn`). */
export function readPhone(input: Input, name: string, profile: ProfileId): string {
  const typed = input.text(name, { max: 24, missing: 'Enter your mobile number: codes and reminders go there.' });
  const plain = typed.replace(/[\s()-]/g, '').replace(/^(\+|00)86(?=1\d{10}$)/, '');
  const abroad = profile !== 'cn' && /^\+[1-9]\d{7,14}$/.test(plain);
  if (typed !== '' && !mobile(plain) && !abroad) input.wrong(name, 'This is not a mobile number: eleven digits beginning with 1, for example 138 0013 8000.');
  return plain;
}
