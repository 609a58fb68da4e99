import express from 'express';
import type { Request, Response, Router } from 'express';
import type { Pool } from 'pg';
import { z } from 'zod';
import { requireToken } from '../frame/control.js';
import { sendPage } from '../frame/page.js';
import { findMail, findMails, setRefusal } from './mails.js';
import type { MailRow } from './mails.js';
import { MailPage, MailsPage, NoMailPage } from './views.js';

const shownMails = 100;
const refusalSchema = z.object({ refuseWith: z.number().int().min(400).max(599).nullable() });

/** Pages to list, search and read; JSON for scripts; and the control API that makes an address refuse mail. */
export function createDesk(parts: { database: Pool; token: string }): Router {
  const { database } = parts;
  const desk = express.Router();

  desk.get('/', async (request, response) => {
    const receiver = textOf(request, 'to');
    const words = textOf(request, 'words');
    const mails = await findMails(database, { receiver: receiver || null, words: words || null, limit: shownMails });
    sendPage(response, MailsPage({ mails, receiver, words, limit: shownMails }));
  });

  desk.get('/mail.json', async (request, response) => {
    const limit = Math.min(Math.max(Number(request.query['limit']) || 50, 1), 1_000);
    const mails = await findMails(database, { receiver: textOf(request, 'to') || null, words: textOf(request, 'words') || null, limit });
    response.json(mails.map(asJson));
  });

  desk.get('/mails/:id', (request, response) => withMail(database, request, response, (mail) => sendPage(response, MailPage({ mail }))));

  desk.get('/mails/:id/html', (request, response) => withMail(database, request, response, (mail) => {
    // A mail is a stranger's page: no scripts, nothing fetched, its links open outside the frame.
    response.set('Content-Security-Policy', "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox allow-popups allow-popups-to-escape-sandbox");
    response.type('html').send(`<base target="_blank"><style>body { font: 16px/24px system-ui, sans-serif }</style>${mail.html ?? ''}`);
  }));

  desk.get('/mails/:id/raw', (request, response) => withMail(database, request, response, (mail) => {
    response.type('text/plain').send(mail.raw);
  }));

  desk.post('/addresses/:address', requireToken(parts.token), express.json({ limit: '8kb' }), async (request, response) => {
    const setting = refusalSchema.safeParse(request.body);
    if (!setting.success) {
      response.status(422).json({ error: 'invalid-setting', message: 'refuseWith is an SMTP code from 400 to 599, or null.' });
      return;
    }
    await setRefusal(database, String(request.params['address']), setting.data.refuseWith);
    response.json(setting.data);
  });

  return desk;
}

async function withMail(database: Pool, request: Request, response: Response, show: (mail: MailRow) => void): Promise<void> {
  const id = Number(request.params['id']);
  const mail = Number.isSafeInteger(id) && id > 0 ? await findMail(database, id) : null;
  if (mail) show(mail);
  else sendPage(response, NoMailPage(), 404);
}

function textOf(request: Request, name: string): string {
  const value = request.query[name];
  return typeof value === 'string' ? value.trim() : '';
}

function asJson(mail: MailRow): object {
  return {
    id: mail.id, to: mail.receiver, from: mail.sender, subject: mail.subject, text: mail.text, html: mail.html, messageId: mail.message_id,
    copies: mail.copies, at: new Date(mail.business_at).toISOString(),
  };
}
