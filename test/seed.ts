/** `npm test` draws the same cases every time, so that a failure is the change's; `TRIBUTARY_SEED=random` draws others. A failure prints its seed. */
import fc from 'fast-check';

const given = process.env['TRIBUTARY_SEED'] ?? '20261122';
if (given !== 'random') fc.configureGlobal({ seed: Number(given) });
