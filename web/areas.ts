/** The routers of the site, in the order in which they are asked. */
import type { Area } from './area.js';
import { accountArea } from './account/routes.js';
import { borrowerArea } from './borrower/routes.js';
import { collectorArea } from './collector/routes.js';
import { documentsArea } from './documents/routes.js';
import { lenderArea } from './lender/routes.js';
import { operationsArea } from './operations/routes.js';
import { publicArea } from './public/routes.js';
import { reviewerArea } from './reviewer/routes.js';

export const areas: readonly Area[] = [publicArea, accountArea, documentsArea, borrowerArea, lenderArea, reviewerArea, operationsArea, collectorArea];
