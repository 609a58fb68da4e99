import { Router } from 'express';
import type { Area } from '../area.js';
import { accountsRouter } from './accounts.js';
import { actsRouter } from './acts.js';
import { booksRouter } from './books.js';
import { reconciliationCasesRouter } from './cases.js';
import { clockRouter } from './clock.js';
import { custodyAccountsRouter } from './custody-accounts.js';
import { enterprisesRouter } from './enterprises.js';
import { estateRouter } from './estate-page.js';
import { estatesRouter } from './estates.js';
import { feesRouter } from './fees.js';
import { homeRouter } from './home.js';
import { instructionRouter } from './instruction.js';
import { instructionsRouter } from './instructions.js';
import { journalsRouter } from './journals.js';
import { loanListRouter } from './loan-list.js';
import { loanRouter } from './loan.js';
import { orderPapersRouter } from './order-papers.js';
import { ordersRouter } from './orders.js';
import { peopleRouter } from './people.js';
import { reconciliationRouter } from './reconciliation.js';
import { sharesRouter } from './shares.js';
import { stepRouter } from './step.js';
import { tasksRouter } from './tasks.js';
import { withdrawalsRouter } from './withdrawals.js';

const parts = [
  homeRouter, clockRouter, loanListRouter, loanRouter, stepRouter, tasksRouter, instructionsRouter, instructionRouter, sharesRouter, withdrawalsRouter, custodyAccountsRouter, enterprisesRouter, accountsRouter, journalsRouter, feesRouter, booksRouter, reconciliationRouter, reconciliationCasesRouter, ordersRouter, orderPapersRouter, estatesRouter, estateRouter, actsRouter, peopleRouter,
];

/** What operations, finance, compliance and auditors see of loans, money and decisions, and what operations do. */
export const operationsArea: Area = (deps) => {
  const router = Router();
  for (const part of parts) router.use(part(deps));
  return router;
};
