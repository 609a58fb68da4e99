import express from 'express';
import type { Request, Router } from 'express';
import type { Pool } from 'pg';
import { z } from 'zod';
import { requireToken } from '../frame/control.js';
import { sendPage } from '../frame/page.js';
import { fileKind } from './derived.js';
import { bureauNames, overridesSchema } from './facts.js';
import { allOutages, findOverrides, latestReports, outageModes, setOutage, setOverrides } from './files.js';
import { ReportsPage } from './views.js';

const shownReports = 200;
const outageSchema = z.strictObject({ bureau: z.enum([...bureauNames, 'all']), mode: z.enum(outageModes) });

/** The page of reports, and the control API: what a person's file says, and which bureau is in trouble. */
export function createDesk(parts: { database: Pool; token: string }): Router {
  const { database } = parts;
  const desk = express.Router();
  const control = [requireToken(parts.token), express.json({ limit: '16kb' })];

  desk.get('/', async (request, response) => {
    const asked = bureauNames.find((name) => name === request.query['bureau']) ?? null;
    const [reports, outages] = await Promise.all([latestReports(database, asked, shownReports), allOutages(database)]);
    sendPage(response, ReportsPage({ reports, outages, bureau: asked, limit: shownReports }));
  });

  desk.get('/people/:idNumber', requireToken(parts.token), async (request, response) => {
    const idNumber = idNumberOf(request);
    if (!idNumber) response.status(422).json(noIdNumber);
    else response.json({ idNumber, kind: fileKind(idNumber), overrides: await findOverrides(database, idNumber) });
  });

  desk.post('/people/:idNumber', control, async (request: Request, response: express.Response) => {
    const idNumber = idNumberOf(request);
    const overrides = overridesSchema.safeParse(request.body);
    if (!idNumber) response.status(422).json(noIdNumber);
    else if (!overrides.success) response.status(422).json({ error: 'invalid-facts', issues: issuesOf(overrides.error) });
    else {
      await setOverrides(database, idNumber, overrides.data);
      response.json({ idNumber, kind: fileKind(idNumber), overrides: await findOverrides(database, idNumber) });
    }
  });

  desk.get('/outages', requireToken(parts.token), async (_request, response) => {
    response.json(await allOutages(database));
  });

  desk.post('/outages', control, async (request: Request, response: express.Response) => {
    const outage = outageSchema.safeParse(request.body);
    if (!outage.success) {
      response.status(422).json({ error: 'invalid-outage', issues: issuesOf(outage.error) });
      return;
    }
    const { bureau, mode } = outage.data;
    for (const name of bureau === 'all' ? bureauNames : [bureau]) await setOutage(database, name, mode);
    response.json(await allOutages(database));
  });

  return desk;
}

const noIdNumber = { error: 'invalid-id-number', message: 'An ID number has 17 digits and a check character.' };

function idNumberOf(request: Request): string | null {
  const text = String(request.params['idNumber']).toUpperCase();
  return /^\d{17}[\dX]$/.test(text) ? text : null;
}

function issuesOf(error: z.ZodError): string[] {
  return error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
}
