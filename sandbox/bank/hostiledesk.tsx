/** Where people and scripts tell the bank to be hostile: its page `/bad-day`, and the control API `/hostile` (SANDBOX_TOKEN). */
import { Router, json, urlencoded } from 'express';
import type { Request, Response } from 'express';
import type { VNode } from 'preact';
import type pg from 'pg';
import { z } from 'zod';
import { requireToken } from '../frame/control.js';
import { Page, sendPage } from '../frame/page.js';
import { clearModes, modes, modesInForce, putMode, putSeed, readSeed, wishSchema } from './hostility.js';
import type { ModeInForce, Wish } from './hostility.js';

export interface HostileDeskSettings { pool: pg.Pool; token: string; /** What a mode can be set for, `*` aside. */ services: readonly string[] }

const seedSchema = z.object({ seed: z.coerce.number().int().min(0).max(2 ** 48) });

export function createHostileDesk({ pool, token, services }: HostileDeskSettings): Router {
  const desk = Router();
  const state = async (): Promise<{ seed: number; modes: ModeInForce[] }> => ({ seed: await readSeed(pool), modes: await modesInForce(pool) });

  desk.use('/hostile', requireToken(token), json({ limit: '20kb' }));
  desk.get('/hostile', async (_request, response) => { response.json({ ...(await state()), known: modes, services }); });
  desk.post('/hostile', async (request, response) => {
    const wish = readWish(request.body);
    if ('why' in wish) response.status(400).json({ error: 'invalid-input', message: wish.why });
    else response.status(201).json(await putMode(pool, wish));
  });
  desk.post('/hostile/seed', async (request, response) => {
    const input = seedSchema.safeParse(request.body);
    if (!input.success) return void response.status(400).json({ error: 'invalid-input', message: z.prettifyError(input.error) });
    await putSeed(pool, input.data.seed);
    response.json(await state());
  });
  desk.delete('/hostile', async (_request, response) => { response.json({ cleared: await clearModes(pool) }); });
  desk.delete('/hostile/:id', async (request, response) => {
    const id = Number(request.params.id);
    const cleared = Number.isSafeInteger(id) ? await clearModes(pool, id) : 0;
    response.status(cleared === 1 ? 200 : 404).json({ cleared });
  });

  desk.use('/bad-day', urlencoded({ extended: false, limit: '8kb', parameterLimit: 20 }), (request, response, next) => {
    if (isFromElsewhere(request)) response.status(403).type('text').send('This form is used on the bank’s own page only.');
    else next();
  });
  desk.get('/bad-day', async (_request, response) => show(response, null));
  desk.post('/bad-day', async (request, response) => {
    const wish = readWish(filled(request.body));
    if ('why' in wish) return show(response, wish.why);
    await putMode(pool, wish);
    response.redirect(303, '/bad-day');
  });
  desk.post('/bad-day/clear', async (request, response) => {
    const { id } = z.object({ id: z.coerce.number().int().optional() }).catch({}).parse(filled(request.body));
    await clearModes(pool, id);
    response.redirect(303, '/bad-day');
  });
  desk.post('/bad-day/seed', async (request, response) => {
    const input = seedSchema.safeParse(filled(request.body));
    if (!input.success) return show(response, 'A seed is a whole number, 0 or more.');
    await putSeed(pool, input.data.seed);
    response.redirect(303, '/bad-day');
  });
  return desk;

  function readWish(body: unknown): Wish | { why: string } {
    const wish = wishSchema.safeParse(body);
    if (!wish.success) return { why: z.prettifyError(wish.error).slice(0, 500) };
    const { serviceName } = wish.data;
    return serviceName === '*' || services.includes(serviceName) ? wish.data : { why: `There is no service ${serviceName}.` };
  }

  async function show(response: Response, refused: string | null): Promise<void> {
    sendPage(response, BadDayPage({ ...(await state()), services, refused }), refused === null ? 200 : 422);
  }
}

/** A form of another site cannot make this bank hostile. */
function isFromElsewhere(request: Request): boolean {
  const site = request.get('sec-fetch-site');
  return request.method === 'POST' && site !== undefined && site !== 'same-origin' && site !== 'none';
}

/** A field left empty counts as missing. */
function filled(body: unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(z.record(z.string(), z.unknown()).catch({}).parse(body)).filter(([, value]) => value !== ''));
}

function BadDayPage({ seed, modes: inForce, services, refused }: { seed: number; modes: ModeInForce[]; services: readonly string[]; refused: string | null }): VNode {
  return (
    <Page title="A hostile day" house="Harbour Custody Bank" wide links={[{ href: '/', text: 'What this bank holds' }]}>
      <p>What the bank does to the platform on purpose. Chance comes from the seed: the same seed and calls, the same trouble.</p>
      {refused === null ? null : <p class="badge bad" role="alert" style="white-space: normal">{refused}</p>}
      <ModesTable modes={inForce} clearable />
      <h2>Do this</h2>
      <form method="post" action="/bad-day" data-form="bad-day">
        <label for="mode">What</label>
        <select id="mode" name="mode" style="max-width: 100%">{Object.entries(modes).map(([name, text]) => <option value={name}>{`${name}: ${text}`}</option>)}</select>
        <label for="serviceName">To which verb</label>
        <p class="hint">“Any” means every verb that changes something; a question is disturbed only by its own name.</p>
        <select id="serviceName" name="serviceName"><option value="*">Any</option>{services.map((name) => <option>{name}</option>)}</select>
        <Figure name="calls" label="For the next calls" hint="Either this or a probability." />
        <Figure name="probability" label="With probability" hint="More than 0, at most 1." />
        <Figure name="delayMs" label="Milliseconds" hint="For slow answers and notifications out of order; 3000 when left empty." />
        <Figure name="days" label="Days" hint="For payouts that come back; 3 when left empty." />
        <Figure name="fromHour" label="Closed from hour" hint="For the bank’s night, Beijing time: 22 to 6, say. Empty: at all hours." />
        <Figure name="toHour" label="Closed to hour" hint="The hour at which it opens again." />
        <p style="margin-top: 24px"><button class="primary" type="submit">Set this mode</button></p>
      </form>
      <h2>Seed</h2>
      <form method="post" action="/bad-day/seed" class="row">
        <div><label for="seed">Seed of all chances</label><input id="seed" name="seed" inputmode="numeric" required value={String(seed)} /></div>
        <button type="submit">Begin anew with this seed</button>
      </form>
    </Page>
  );
}

function Figure({ name, label, hint }: { name: string; label: string; hint: string }): VNode {
  return <><label for={name}>{label}</label><p class="hint">{hint}</p><input id={name} name={name} inputmode="decimal" /></>;
}

/** What is in force, as both pages of the bank show it. */
export function ModesTable({ modes: inForce, clearable = false }: { modes: ModeInForce[]; clearable?: boolean }): VNode {
  if (inForce.length === 0) return <p class="small">No hostile mode is in force: the bank does what it is asked.</p>;
  return (
    <>
      <div class="scroll"><table>
        <thead><tr><th>Mode</th><th>Verb</th><th>When</th><th class="number">Considered</th><th class="number">Struck</th>{clearable ? <th /> : null}</tr></thead>
        <tbody>{inForce.map((mode) => (
          <tr>
            <td>{mode.mode}<br /><span class="small">{modes[mode.mode]}</span></td><td>{mode.serviceName === '*' ? 'any' : mode.serviceName}</td><td>{when(mode)}</td>
            <td class="number">{mode.seen}</td><td class="number">{mode.used}</td>
            {clearable ? <td><form class="inline" method="post" action="/bad-day/clear"><button name="id" value={String(mode.id)}>Clear</button></form></td> : null}
          </tr>
        ))}</tbody>
      </table></div>
      {clearable ? <form method="post" action="/bad-day/clear"><button class="stop" type="submit">Clear all</button></form> : null}
    </>
  );
}

function when({ calls, probability, fromHour, toHour }: ModeInForce): string {
  const often = calls === null ? `with probability ${probability}` : `the next ${calls} ${calls === 1 ? 'call' : 'calls'}`;
  return fromHour === null ? often : `${often}, from ${fromHour} to ${toHour} o'clock`;
}
