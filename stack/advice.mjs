/** A failure whose message is all that a person needs: one sentence that says what to do. Printed without a stack. */
export class Advice extends Error {
  name = 'Advice';
}
