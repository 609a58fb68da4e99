import { Router } from 'express';
import type { Area } from '../area.js';
import { applyRouter } from './apply.js';
import { calculatorRouter } from './calculator.js';
import { cancelRouter } from './cancel.js';
import { homeRouter } from './home.js';
import { loanRouter } from './loan.js';
import { offerRouter } from './offer.js';
import { payRouter } from './pay.js';
import { prepareRouter } from './prepare.js';

/** What a borrower sees and does; a loan's page stands at `/loans/LN…`, for staff too. */
export const borrowerArea: Area = (deps) => {
  const router = Router();
  for (const part of [homeRouter, calculatorRouter, applyRouter, loanRouter, offerRouter, prepareRouter, payRouter, cancelRouter]) router.use(part(deps));
  return router;
};
