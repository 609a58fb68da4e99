/** The business clock: what it shows, what it waits for, and its buttons. Only where it is governed. */
import { Router } from 'express';
import type { VNode } from 'preact';
import { recordAct } from '../../db/acts.js';
import type { AreaDeps } from '../area.js';
import { InstantText } from '../components/dates.js';
import { Facts } from '../components/facts.js';
import { Form } from '../components/form.js';
import { Badge, Notice } from '../components/state.js';
import type { ClockControl, ClockReading } from '../deps.js';
import { actingRole } from '../desk/role.js';
import { PageError } from '../errors.js';
import { Input } from '../input.js';
import { Layout, sendPage, sendPart } from '../layout.js';
import { hasRole, personOf, visitOf, wantsJson } from '../visit.js';
import { governRoles, mayGovern, mayLook } from './roles.js';

/** Business seconds per wall second: a day in a minute, in five seconds (the demonstration's own), in one second. */
export const paces = { slow: 1_440, normal: 17_280, quick: 86_400 } as const;
const orders = ['pause', 'resume', 'slow', 'normal', 'quick'] as const;
type Order = (typeof orders)[number];

/** The clock's reading, null where nobody governs it or it does not answer. */
export async function readClock({ clockControl, log }: AreaDeps): Promise<ClockReading | 'silent' | null> {
  if (!clockControl) return null;
  return clockControl.get().catch((error: unknown) => {
    log.warn({ error: (error as Error).message }, 'the business clock does not answer');
    return 'silent' as const;
  });
}

export function clockRouter(deps: AreaDeps): Router {
  const router = Router();

  router.get('/operations/clock', mayLook, async (request, response) => {
    const reading = await readClock(deps);
    if (wantsJson(request)) return void response.json({ clock: reading === 'silent' ? null : reading });
    // A page that renews its reading asks by htmx; whoever comes by the address gets a page.
    if (request.get('hx-request')) return sendPart(response, <Reading reading={reading} />);
    sendPage(response, (
      <Layout title="Business clock" wide>
        {reading === null ? <p class="empty">There is nothing to govern here, because business time is wall time.</p> : <ClockPanel reading={reading} mayGovern={hasRole(visitOf(response), ...governRoles)} />}
      </Layout>
    ));
  });

  router.post('/operations/clock', mayGovern, async (request, response) => {
    const { clockControl, pool } = deps;
    const order = new Input(request.body).choice('order', orders, 'What shall the clock do?');
    if (!clockControl || !(orders as readonly string[]).includes(String((request.body as Record<string, unknown>)['order']))) throw noClock(clockControl ? 'unknown-order' : 'no-clock');
    const person = personOf(response);
    await recordAct(pool, { actor: person.id, role: actingRole(person, governRoles), verb: `clock-${order}`, subject: 'clock', businessAt: visitOf(response).asOf });
    await give(clockControl, order).catch(() => { throw noClock('clock-silent'); });
    response.redirect(303, '/operations');
  });
  return router;
}

async function give(clock: ClockControl, order: Order): Promise<void> {
  if (order === 'pause') return void (await clock.pause());
  if (order !== 'resume') await clock.speed(paces[order]);
  await clock.resume();
}

function noClock(code: 'no-clock' | 'clock-silent' | 'unknown-order'): PageError {
  const why = { 'no-clock': 'Here business time is wall time, and nobody governs it.', 'clock-silent': 'The process that owns the clock did not answer.', 'unknown-order': 'That is not something the clock can do.' }[code];
  return new PageError(code === 'clock-silent' ? 503 : 409, { code, title: 'The clock was not changed', why, next: code === 'clock-silent' ? 'Try again in a moment.' : 'Go back to operations.' });
}

/** The panel; the reading renews itself where JavaScript runs. */
export function ClockPanel({ reading, mayGovern }: { reading: ClockReading | 'silent' | null; mayGovern: boolean }): VNode | null {
  if (reading === null) return null;
  return (
    <section aria-label="Business clock" class="card" id="clock">
      <h2>Business clock</h2>
      <div hx-get="/operations/clock" hx-trigger="every 2s" hx-swap="innerHTML"><Reading reading={reading} /></div>
      {mayGovern && reading !== 'silent' && reading.mode !== 'stepped' ? (
        <div class="buttons">
          {reading.mode === 'paused' ? <Button order="resume" text="Go on" /> : <Button order="pause" text="Pause" />}
          <Button order="slow" text="Slow: a day in a minute" /> <Button order="normal" text="Normal: a day in five seconds" /> <Button order="quick" text="Quicken: a day a second" />
        </div>
      ) : null}
      {reading !== 'silent' && reading.mode === 'stepped' ? <p class="small">It is stepped by a test or a replay, and only moves when told to.</p> : null}
    </section>
  );
}

function Button({ order, text }: { order: Order; text: string }): VNode {
  return <Form name={`clock-${order}`} action="/operations/clock" button={text} tone="plain" hidden={{ order }} />;
}

function Reading({ reading }: { reading: ClockReading | 'silent' | null }): VNode {
  if (reading === null || reading === 'silent') return <Notice tone="bad"><p>The process that owns the clock does not answer. Business time stands still until it does.</p></Notice>;
  const stands = reading.speed === 0;
  return (
    <Facts facts={[
      ['Business time', <InstantText at={new Date(reading.businessNow).toISOString()} />],
      ['It', <><Badge tone={reading.mode === 'paused' ? 'warn' : stands ? 'calm' : 'good'}>{reading.mode === 'running' ? (stands ? 'waits' : 'runs') : reading.mode}</Badge> <span class="small">{paceText(reading.pace)}</span></>],
      ['Waits for', reading.waitingFor.length === 0 ? 'nothing' : <ul>{reading.waitingFor.slice(0, 8).map((each) => <li key={each}>{each}</li>)}{reading.waitingFor.length > 8 ? <li>and {reading.waitingFor.length - 8} more</li> : null}</ul>],
    ]} />
  );
}

function paceText(pace: number): string {
  if (pace === 0) return 'stands';
  const seconds = 86_400 / pace;
  if (seconds >= 86_400) return 'as fast as the wall clock';
  if (seconds >= 120) return `a day in ${Math.round(seconds / 60)} minutes`;
  return `a day in ${seconds >= 10 ? Math.round(seconds) : Math.round(seconds * 10) / 10} seconds`;
}
