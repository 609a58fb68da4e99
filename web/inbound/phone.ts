/** The phone network calls back: receipts of SMS, the course of calls, and what to say in them (TwiML). */
import { Router, type Request, type RequestHandler } from 'express';
import twilio from 'twilio';
import { contactEnded } from '../../workflows/contract.js';
import { findContact, recordContactProgress, type Contact, type ContactEvent } from '../../db/contacts.js';
import { recordMessageStatus } from '../../db/messages.js';
import { findPerson } from '../../db/people.js';
import { inTransaction } from '../../db/pool.js';
import { choiceOf, farewell, greeting, menuSentences, notUnderstood, type CallLanguage, type CallNames } from '../../domain/call-menu.js';
import { InvalidPhoneMessage, type CallStatus, type PhoneMessage } from '../../gateways/phone/inbound.js';
import type { WebDeps } from '../deps.js';
import { createWorkflows } from '../updates.js';

const VoiceResponse = twilio.twiml.VoiceResponse;
/** How often the menu is spoken before we say goodbye, and how long a key may take. */
const menuRounds = 2;
const keySeconds = 8;
const voices: Record<CallLanguage, 'en-US' | 'cmn-CN'> = { en: 'en-US', zh: 'cmn-CN' };
const finalStatuses: readonly CallStatus[] = ['completed', 'no-answer', 'busy', 'failed', 'canceled'];

export function phoneRouter(deps: WebDeps): Router {
  const { pool, settings, phoneInbound, log } = deps;
  const workflows = createWorkflows(deps.temporal, { confirmWithinMs: settings.confirmWithinMs, log });
  const router = Router();

  router.post('/phone/messages/:reference/status', verified(async (message) => {
    if (message.kind === 'message-status') await recordMessageStatus(pool, message);
    return null;
  }));
  router.post('/phone/calls/:reference/status', verified(async (message) => {
    if (message.kind === 'call-status' && finalStatuses.includes(message.status)) {
      await happened(Number(message.reference), { kind: 'ended', status: message.status as 'completed' });
    }
    return null;
  }));
  router.post('/phone/calls/:reference/voice', verified(async (message) => speak(message, 1)));
  router.post('/phone/calls/:reference/digits', verified(async (message, request) => answerKey(message, request)));
  return router;

  /** Checks the signature; the answer is TwiML, or nothing. */
  function verified(handle: (message: PhoneMessage, request: Request) => Promise<string | null>): RequestHandler {
    return async (request, response) => {
      try {
        const message = phoneInbound.verify({ url: request.originalUrl, params: (request.body ?? {}) as Record<string, unknown>, signature: request.get('x-twilio-signature') });
        const twiml = await handle(message, request);
        if (twiml === null) response.status(204).end();
        else response.type('text/xml').send(twiml);
      } catch (error) {
        if (!(error instanceof InvalidPhoneMessage)) throw error;
        log.warn({ why: error.message, path: request.path }, 'a message in the name of the phone network was refused');
        response.status(403).json({ error: { code: 'not-signed', message: 'This is not signed by the phone network.' } });
      }
    };
  }

  /** Records what happened in a call and tells the collection episode what decides it. It asks by itself, should the Signal be lost. */
  async function happened(contactId: number, event: ContactEvent): Promise<void> {
    const { tell } = await inTransaction(pool, (tx) => recordContactProgress(tx, contactId, event));
    if (!tell) return;
    const told = await workflows.signal(tell.workflowId, contactEnded, { contactId, outcome: tell.outcome });
    if (told.status !== 'done') log.warn({ workflowId: tell.workflowId, contactId, told: told.status }, 'a collection episode was not told how a call ended');
  }

  async function speak(message: PhoneMessage, round: number): Promise<string> {
    const call = await callOf(message);
    if (!call) return goodbye();
    const before = round === 1 ? greeting(call.names, call.language) : [notUnderstood[call.language]];
    const sentences = [...before, ...menuSentences(call.language)];
    await happened(call.contact.id, { kind: 'said', sentences });
    const twiml = new VoiceResponse();
    const gather = twiml.gather({ numDigits: 1, timeout: keySeconds, action: `/phone/calls/${message.reference}/digits?round=${round}`, method: 'POST', actionOnEmptyResult: true });
    for (const sentence of sentences) gather.say({ language: voices[call.language] }, sentence);
    return twiml.toString();
  }

  async function answerKey(message: PhoneMessage, request: Request): Promise<string> {
    const call = await callOf(message);
    if (!call || message.kind !== 'voice') return goodbye();
    const round = request.query['round'] === '1' ? 1 : menuRounds;
    if (message.digits) await happened(call.contact.id, { kind: 'pressed', digits: message.digits.slice(0, 1) });
    const choice = message.digits ? choiceOf(message.digits) : undefined;
    if (!choice && round < menuRounds) return speak(message, round + 1);
    const sentences = [...(choice ? [choice.answer[call.language]] : []), farewell(call.names, call.language)];
    await happened(call.contact.id, { kind: 'said', sentences });
    const twiml = new VoiceResponse();
    for (const sentence of sentences) twiml.say({ language: voices[call.language] }, sentence);
    twiml.hangup();
    return twiml.toString();
  }

  async function callOf(message: PhoneMessage): Promise<{ contact: Contact; names: CallNames; language: CallLanguage } | null> {
    const contact = /^\d{1,15}$/.test(message.reference) ? await findContact(pool, Number(message.reference)) : null;
    if (!contact) return null;
    const person = await findPerson(pool, contact.personId);
    const { platformName, complaintsContact } = settings;
    return { contact, names: { platformName, loanNo: contact.loanNo, complaintsContact }, language: person?.language ?? 'en' };
  }
}

function goodbye(): string {
  const twiml = new VoiceResponse();
  twiml.hangup();
  return twiml.toString();
}
