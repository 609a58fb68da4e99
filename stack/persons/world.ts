/** Where made-up people act: the addresses of an installation and of the sandbox around it. */

export interface World {
  platform: string;
  bank: string;
  bureaus: string;
  phone: string;
  /** Opens the sandbox's control API: what is on a card, what a bureau knows. */
  sandboxToken: string;
}

/** The environment does not say where the world is. */
export class NoWorld extends Error {
  override name = 'NoWorld';
}

/** Reads the world from the settings of an installation. @throws NoWorld naming what is missing. */
export function worldOf(settings: Record<string, unknown>): World {
  const needed = { platform: 'PUBLIC_URL', bank: 'CUSTODY_URL', bureaus: 'BUREAUS_URL', phone: 'PHONE_URL', sandboxToken: 'SANDBOX_TOKEN' } as const;
  const missing = Object.values(needed).filter((name) => !settings[name]);
  if (missing.length > 0) throw new NoWorld(`made-up people need the sandbox around the platform; not set: ${missing.join(', ')}`);
  return Object.fromEntries(Object.entries(needed).map(([field, name]) => [field, settings[name]])) as unknown as World;
}

const patienceMs = 60_000;
const pauseMs = 100;

/** Looks again until `look` answers something; says after a minute what it waited for and what it saw last. */
export async function until<T>(what: string, look: () => Promise<T | null | undefined | false>, timeoutMs = patienceMs): Promise<T> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > end) throw new Error(`waited ${timeoutMs / 1000} s in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

/** Asks the sandbox's control API. @throws when it refuses. */
export async function control(world: World, url: string, body: object): Promise<void> {
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${world.sandboxToken}` }, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
}

/** What is on a card at its bank, in fen; with no salary and no expenses it stays so. */
export function setCard(world: World, cardNumber: string, card: { balanceFen: number; salaryFen?: number; salaryDay?: number; expensesFen?: number; singleLimitFen?: number; dailyLimitFen?: number }): Promise<void> {
  return control(world, `${world.bank}/cards`, { number: cardNumber, ...card });
}

/** What the bureaus know of somebody, by bureau; what is left out they derive. */
export function setFile(world: World, idNumber: string, file: Record<string, object>): Promise<void> {
  return control(world, `${world.bureaus}/people/${idNumber}`, file);
}

/** A card that never falls short: more on it than anybody needs, without salary, expenses or limits that matter. */
export function fillCardOf(world: World, cardNumber: string): Promise<void> {
  return setCard(world, cardNumber, { balanceFen: plentyFen, ...quietCard });
}

const plentyFen = 100_000_000_000;
export const quietCard = { salaryFen: 0, expensesFen: 0, singleLimitFen: plentyFen, dailyLimitFen: plentyFen };

/** What a handset does when it is called. */
export function setNumber(world: World, mobile: string, handset: { behaviour: string; digits?: string; afterSeconds?: number }): Promise<void> {
  return control(world, `${world.phone}/numbers/${encodeURIComponent(`+86${mobile}`)}`, handset);
}

/** A mobile that has long been in its owner's name: nobody has to look at the identification. */
export const longKnownMobile = { match: true, active: true, monthsInNet: 72 };

interface Sms { body: string; at: string }

/** Waits for the newest SMS to a number that arrived after `before` of them were there, and reads the code in it. */
export async function readCode(world: World, mobile: string, before: number): Promise<string> {
  return until(`a code by SMS to …${mobile.slice(-4)}`, async () => {
    const messages = await smsTo(world, mobile);
    if (messages.length <= before) return null;
    return /\b(\d{6})\b/.exec(messages[0]?.body ?? '')?.[1];
  });
}

/** Newest first. */
export async function smsTo(world: World, mobile: string): Promise<Sms[]> {
  const response = await fetch(`${world.phone}/numbers/${encodeURIComponent(`+86${mobile}`)}/messages.json`);
  return response.ok ? ((await response.json()) as Sms[]) : [];
}
