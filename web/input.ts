/** What arrives in a form: always text, always limited. */
import { parseYuan } from '../domain/money.js';
import type { FormErrors } from './components/form.js';

/** The fields of a form as typed: the first of repeated ones, trimmed, nothing else than text, and no password. */
export function typedFields(body: unknown): Record<string, string> {
  const typed: Record<string, string> = {};
  if (typeof body !== 'object' || body === null) return typed;
  for (const [name, value] of Object.entries(body as Record<string, unknown>)) {
    const first: unknown = Array.isArray(value) ? value[0] : value;
    if (typeof first === 'string' && name !== 'password') typed[name] = first.trim();
  }
  return typed;
}

/** Reads fields one by one and gathers what is wrong with them. */
export class Input {
  readonly errors: FormErrors = {};
  readonly typed: Record<string, string>;

  constructor(private readonly body: unknown) {
    this.typed = typedFields(body);
  }

  /** A password: as typed, spaces and all, and never among {@link typed}. */
  secret(name: string): string {
    const value = (this.body as Record<string, unknown> | null | undefined)?.[name];
    return typeof value === 'string' ? value : '';
  }

  /** What was typed, without the form's own token and key: for sending the same form again. */
  get fields(): Record<string, string> {
    return Object.fromEntries(Object.entries(this.typed).filter(([name]) => name !== '_csrf' && name !== 'key'));
  }

  get ok(): boolean {
    return Object.keys(this.errors).length === 0;
  }

  wrong(name: string, text: string): void {
    this.errors[name] ??= text;
  }

  /** The form's idempotency key; a form without one is not ours. */
  get key(): string {
    const key = this.typed['key'] ?? '';
    if (!/^[\w-]{8,64}$/.test(key)) this.wrong('form', 'The form was incomplete. Load the page again and send it once more.');
    return key;
  }

  /** A text of at most `max` characters. `missing`: what to say when it is empty; left out, it may be. */
  text(name: string, options: { max: number; missing?: string; pattern?: RegExp; malformed?: string }): string {
    const value = this.typed[name] ?? '';
    if (value === '' && options.missing) this.wrong(name, options.missing);
    else if (value.length > options.max) this.wrong(name, `At most ${options.max} characters, please; you typed ${value.length}.`);
    else if (value !== '' && options.pattern && !options.pattern.test(value)) this.wrong(name, options.malformed ?? 'This is not in the right form.');
    return value;
  }

  /** One of the allowed values. */
  choice<const T extends string>(name: string, allowed: readonly T[], missing: string): T {
    const value = this.typed[name] ?? '';
    const found = allowed.find((each) => each === value);
    if (found === undefined) this.wrong(name, missing);
    return found ?? (allowed[0] as T);
  }

  /** An amount of money in fen, within limits. */
  amount(name: string, limits: { minFen: number; maxFen: number; missing: string; tooSmall: string; tooLarge: string }): number {
    const text = this.typed[name] ?? '';
    if (text === '') {
      this.wrong(name, limits.missing);
      return 0;
    }
    const parsed = parseYuan(text.slice(0, 40));
    if ('refused' in parsed) {
      this.wrong(name, parsed.refused === 'too-many-decimals' ? 'At most two decimals: there is nothing smaller than a fen.' : 'Type an amount in yuan, for example 12,000 or 350.50.');
      return 0;
    }
    if (parsed.fen < limits.minFen) this.wrong(name, limits.tooSmall);
    else if (parsed.fen > limits.maxFen) this.wrong(name, limits.tooLarge);
    return parsed.fen;
  }

  /** A whole or decimal number within limits. */
  number(name: string, limits: { min: number; max: number; missing: string; decimals?: number }): number {
    const text = this.typed[name] ?? '';
    const pattern = limits.decimals ? new RegExp(`^\\d{1,9}(\\.\\d{1,${limits.decimals}})?$`) : /^\d{1,9}$/;
    const value = Number(text);
    if (!pattern.test(text) || value < limits.min || value > limits.max) this.wrong(name, limits.missing);
    return value;
  }

  /** A box that was ticked. */
  ticked(name: string): boolean {
    return this.typed[name] === 'yes';
  }

  mustTick(name: string, missing: string): void {
    if (!this.ticked(name)) this.wrong(name, missing);
  }
}
