import { PageError } from '../errors.js';

/** Nobody works on what is about themselves. */
export function ownCase(): PageError {
  return new PageError(403, {
    code: 'own-case', title: 'This is about yourself', why: 'Nobody decides on their own loan or identity.', next: 'Leave it to a colleague; the queue does not show it to you.',
  });
}
