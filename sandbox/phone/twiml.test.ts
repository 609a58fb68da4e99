import { InvalidTwiml, readTwiml, spokenSeconds } from './twiml.js';

describe('a TwiML document', () => {
  it('is read verb by verb, with the defaults of the trade', () => {
    expect(readTwiml('<?xml version="1.0" encoding="UTF-8"?><!-- menu --><Response><Say voice="alice" language="zh-CN">您好 &amp; 再见</Say><Pause/><Gather><Say>Press.</Say></Gather><Redirect>/again</Redirect><Hangup/></Response>')).toEqual([
      { verb: 'say', text: '您好 & 再见' },
      { verb: 'pause', seconds: 1 },
      { verb: 'gather', numDigits: null, action: null, method: 'POST', timeoutSeconds: 5, finishOnKey: '#', actionOnEmpty: false, inner: [{ verb: 'say', text: 'Press.' }] },
      { verb: 'redirect', url: '/again', method: 'POST' },
      { verb: 'hangup' },
    ]);
  });

  it('keeps the attributes of a question', () => {
    expect(readTwiml('<Response><Gather numDigits="4" action="https://x.example/a?b=1&amp;c=2" method="GET" timeout="9" finishOnKey="*" actionOnEmptyResult="true"><Pause length="3"/><Play>a.mp3</Play></Gather></Response>')).toEqual([
      { verb: 'gather', numDigits: 4, action: 'https://x.example/a?b=1&c=2', method: 'GET', timeoutSeconds: 9, finishOnKey: '*', actionOnEmpty: true, inner: [{ verb: 'pause', seconds: 3 }] },
    ]);
  });

  it('may repeat itself, mark its words, say nothing, and contain what this network does not have', () => {
    expect(readTwiml('<Response><Say loop="2">Hello <emphasis>you</emphasis> there</Say></Response>')).toEqual([{ verb: 'say', text: 'Hello you there\nHello you there' }]);
    expect(readTwiml('<Response><Play>https://x.example/a.mp3</Play><Dial>+1</Dial></Response>')).toEqual([{ verb: 'unsupported', name: 'Play' }, { verb: 'unsupported', name: 'Dial' }]);
    expect(readTwiml('<Response/>')).toEqual([]);
  });

  it.each([['', 12_100], ['<Response><Say></Response>', 12_100], ['{"say":"x"}', 12_100], ['<Html></Html>', 12_102]])('%j is none (%i)', (text, code) => {
    expect(() => readTwiml(text)).toThrow(InvalidTwiml);
    try {
      readTwiml(text);
    } catch (error) {
      expect((error as InvalidTwiml).code).toBe(code);
    }
  });
});

describe('speaking', () => {
  it('takes a second for four Chinese characters or fifteen others', () => {
    expect(spokenSeconds({ verb: 'say', text: '您好再见' })).toBe(1);
    expect(spokenSeconds({ verb: 'say', text: 'fifteen letters' })).toBe(1);
    expect(spokenSeconds({ verb: 'pause', seconds: 7 })).toBe(7);
  });
});
