import { answer, gather, isForPerson, play, press, ring } from './course.js';
import type { Call, Next, Patience } from './course.js';
import type { PhoneNumber } from './numbers.js';
import type { Gather } from './twiml.js';

const patience: Patience = { ringSeconds: 2, personKeySeconds: 60, presentSeconds: 15 };
const call: Call = {
  sid: 'CA1', n: 1, to_number: '+8613800138000', from_number: '+861069000000', voice_url: 'https://x.example/voice', voice_method: 'POST',
  status_callback: null, status_events: [], status: 'ringing', next: { at: 'ring' }, answered_by: null, digits_left: '', spoken_seconds: 0, fetches: 0,
  ring_limit_seconds: 30, created_ms: 0, answered_ms: null, ended_ms: null, updated_ms: 0, business_at: 0,
};
const number = (setting: Partial<PhoneNumber>): PhoneNumber => ({ number: call.to_number, behaviour: null, digits: '', afterSeconds: null, seenMs: -1e9, ...setting });
const question: Gather = { verb: 'gather', numDigits: 1, action: '/menu', method: 'POST', timeoutSeconds: 5, finishOnKey: '#', actionOnEmpty: false, inner: [] };
const asking = (different: Partial<Gather> = {}, typed = ''): Next & { at: 'gather' } =>
  ({ at: 'gather', gather: { ...question, ...different }, typed, untilMs: 10_000, rest: [{ verb: 'hangup' }], url: 'https://x.example/voice' });

describe('a ringing phone', () => {
  it.each<[string, Partial<PhoneNumber>, number]>([
    ['nobody touches: its short ring', {}, 2_000],
    ['nobody touches, its page open: as long as the caller waits', { seenMs: 0 }, 30_000],
    ['a person has: as long as the caller waits', { behaviour: 'person' }, 30_000],
    ['does not answer: its short ring', { behaviour: 'no-answer' }, 2_000],
    ['does not answer: as long as it was told', { behaviour: 'no-answer', afterSeconds: 7 }, 7_000],
    ['would be answered only after the caller gives up', { behaviour: 'answers', afterSeconds: 31 }, 30_000],
  ])('that %s', (_what, setting, rings) => {
    expect(ring(call, number(setting), 1, patience)).toEqual({ waitMs: rings - 1 });
    expect(ring(call, number(setting), rings, { ...patience, presentSeconds: 60 })).toMatchObject({ status: 'no-answer' });
  });

  it('is picked up by its script when the time has come', () => {
    const scripted = number({ behaviour: 'answers', digits: '12', afterSeconds: 3 });
    expect(ring(call, scripted, 2_999, patience)).toEqual({ waitMs: 1 });
    expect(ring(call, scripted, 3_000, patience)).toMatchObject({ status: 'in-progress', answeredBy: 'script', digitsLeft: '12', next: { at: 'fetch', url: call.voice_url } });
  });

  it('first rings; a busy or unreachable one does not', () => {
    const queued: Call = { ...call, status: 'queued' };
    expect(ring(queued, number({}), 0, patience)).toEqual({ status: 'ringing' });
    expect(ring(queued, number({ behaviour: 'busy' }), 0, patience)).toMatchObject({ status: 'busy' });
    expect(ring(queued, number({ behaviour: 'unreachable' }), 0, patience)).toMatchObject({ status: 'failed' });
  });

  it('is for a person when one is there', () => {
    expect(isForPerson(call, number({}), 0, patience)).toBe(false);
    expect(isForPerson(call, number({ seenMs: 0 }), 14_999, patience)).toBe(true);
    expect(isForPerson(call, number({ seenMs: 0 }), 15_000, patience)).toBe(false);
    expect(isForPerson(call, number({ behaviour: 'busy', seenMs: 0 }), 0, patience)).toBe(false);
    expect(isForPerson({ ...call, answered_by: 'person' }, number({ behaviour: 'answers' }), 0, patience)).toBe(true);
  });
});

describe('a question to a script', () => {
  const scripted = (digits: string): Call => ({ ...call, answered_by: 'script', digits_left: digits });

  it('takes as many keys as it wants and leaves the rest', () => {
    expect(gather(scripted('123'), asking({ numDigits: 2 }), 0)).toMatchObject({ next: { at: 'fetch', url: 'https://x.example/menu', digits: '12' }, digitsLeft: '3' });
  });

  it('without a number of keys takes all up to its finish key', () => {
    expect(gather(scripted('31#9'), asking({ numDigits: null }), 0)).toMatchObject({ next: { digits: '31' }, digitsLeft: '9' });
    expect(gather(scripted('31'), asking({ numDigits: null }), 0)).toMatchObject({ next: { digits: '31' }, digitsLeft: '' });
  });

  it('goes on, without waiting, when no key is left', () => {
    expect(gather(scripted(''), asking(), 0)).toMatchObject({ next: { at: 'play', verbs: [{ verb: 'hangup' }] }, spokenSeconds: 5 });
    expect(gather(scripted(''), asking({ actionOnEmpty: true }), 0)).toMatchObject({ next: { at: 'fetch', digits: '' } });
  });
});

describe('a question to a person', () => {
  const person: Call = { ...call, answered_by: 'person' };

  it('waits until its time is over, then takes what was typed', () => {
    expect(gather(person, asking(), 9_000)).toEqual({ waitMs: 1_000 });
    expect(gather(person, asking({ numDigits: 4 }, '12'), 10_000)).toMatchObject({ next: { at: 'fetch', digits: '12' } });
    expect(gather(person, asking(), 10_000)).toMatchObject({ next: { at: 'play' } });
  });

  it('gives more time with every key, and ends with the last or the finish key', () => {
    expect(press(asking({ numDigits: 2 }), '1', 5_000, patience)).toMatchObject({ next: { at: 'gather', typed: '1', untilMs: 65_000 } });
    expect(press(asking({ numDigits: 2 }, '1'), '2', 5_000, patience)).toMatchObject({ next: { at: 'fetch', digits: '12' } });
    expect(press(asking({ numDigits: null }, '12'), '#', 5_000, patience)).toMatchObject({ next: { at: 'fetch', digits: '12' } });
    expect(press(asking({ numDigits: null }), '#', 5_000, patience)).toMatchObject({ next: { at: 'play' } });
  });

  it('gives time to read, even where a listener would have five seconds', () => {
    expect(play(person, { at: 'play', verbs: [question], url: call.voice_url }, 0, patience)).toMatchObject({ next: { at: 'gather', untilMs: 60_000 } });
    expect(play({ ...person, answered_by: 'script' }, { at: 'play', verbs: [question], url: call.voice_url }, 0, patience)).toMatchObject({ next: { untilMs: 5_000 } });
  });

  it('comes back to the address of the document when it names no action', () => {
    expect(press(asking({ action: null }), '7', 0, patience)).toMatchObject({ next: { url: 'https://x.example/voice', digits: '7' } });
    expect(press(asking({ action: 'https://other.example/a' }), '7', 0, patience)).toMatchObject({ next: { url: 'https://other.example/a' } });
  });
});

describe('answering', () => {
  it('fetches the first document by the method that was ordered', () => {
    expect(answer({ ...call, voice_method: 'GET' }, 'person', '')).toMatchObject({ status: 'in-progress', next: { at: 'fetch', method: 'GET', digits: null } });
  });
});
