import { Router } from 'express';
import type { Area } from '../area.js';
import { authorisationsRouter } from './authorisations.js';
import { bankReturnRouter } from './bank-return.js';
import { changePhoneRouter } from './change-phone.js';
import { custodyRouter } from './custody.js';
import { enterpriseRouter } from './enterprise.js';
import { forgottenPasswordRouter } from './forgotten-password.js';
import { logInRouter } from './log-in.js';
import { myDataRouter } from './my-data.js';
import { signUpRouter } from './sign-up.js';
import { statementRouter } from './statement.js';

/** Signing up and in, and everything a person keeps here, whatever their role. */
export const accountArea: Area = (deps) => {
  const router = Router();
  for (const part of [logInRouter, signUpRouter, forgottenPasswordRouter, myDataRouter, changePhoneRouter, custodyRouter, enterpriseRouter, authorisationsRouter, statementRouter, bankReturnRouter]) router.use(part(deps));
  return router;
};
