import { codeMinutes, type CodeVerdict } from '../../db/codes.js';
import type { Language } from '../../db/people.js';
import type { WebSettings } from '../deps.js';
import { codeText, type AccountText } from './texts.js';

export function codeTextOf(settings: WebSettings, language: Language, code: string): AccountText {
  return codeText(language, settings, code, codeMinutes);
}

/** What to say about a code that was not right; null when it was. */
export function codeProblem(verdict: CodeVerdict): string | null {
  switch (verdict) {
    case 'right': return null;
    case 'wrong': return 'This is not the code we sent. Look at the newest message.';
    case 'expired': return 'This code no longer holds, or was used. Ask for a new one.';
    case 'too-many-attempts': return 'Too many wrong codes: ask for a new one.';
  }
}
