/** Passwords: argon2id, the library's defaults raised to OWASP's first choice (19 MiB, 2 passes). */
import { hash, verify } from '@node-rs/argon2';

const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
export const passwordLimits = { min: 10, max: 200 };

export const hashPassword = (password: string): Promise<string> => hash(password, cost);

/** The hash of nobody's password: verified against when there is no such person, so that both take the same time. */
const nobody = '$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$6nM0l0i0bJH6f7yRr3Wc9w0m7y0Z1e5lqY7mC8mB0nE';

export async function isPassword(storedHash: string | null, password: string): Promise<boolean> {
  const matches = await verify(storedHash ?? nobody, password);
  return storedHash !== null && matches;
}

/** What is wrong with a new password, or null. Length counts, not signs. */
export function passwordProblem(password: string, personal: readonly string[]): string | null {
  if (password.length < passwordLimits.min) return `At least ${passwordLimits.min} characters, please: length is what protects it.`;
  if (password.length > passwordLimits.max) return `At most ${passwordLimits.max} characters, please.`;
  const plain = password.toLowerCase();
  if (new Set(plain).size < 5) return 'Too few different characters: it would be guessed at once.';
  return personal.some((text) => text.length > 3 && plain.includes(text.toLowerCase())) ? 'It contains your e-mail address or phone: choose something else.' : null;
}
